// Takes the README's pictures from the running product: `npm run build && node docs/pictures/take.mjs`. Needs Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from 'manyhead/client';
import { chromium } from 'playwright-core';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'manyhead-pictures-'));
const product = spawn(process.execPath, [at('../../dist/src/main.js')], {
  env: { ...process.env, DATA_DIR: folder, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const address = await readyAt(product);
  const { fineTuned } = await history(createClient({ url: address }));
  await takePictures(address, {
    try: ['/', answersTo('Everything that could go wrong with the hotel did.')],
    run: [
      `/runs/${fineTuned}`,
      (page) => page.getByRole('heading', { name: 'Curves' }).evaluate((it) => it.scrollIntoView()),
    ],
    version: ['/models/reviews/versions/1'],
    data: ['/data/starter'],
  });
} finally {
  product.kill('SIGINT');
  await once(product, 'exit');
  await rm(folder, { recursive: true });
}

async function readyAt({ stdout }) {
  let said = '';
  for await (const bytes of stdout) {
    said += bytes;
    const [, address] = said.match(/Manyhead is ready: open (http:\/\/[^\s/]+)/) ?? [];
    if (address) return address;
  }
  throw new Error(`Manyhead did not start: ${said}`);
}

/** Something to look at: a version whose encoder's upper layers learned. */
async function history(client) {
  const input = {
    model: 'reviews',
    dataset: 'starter',
    freeze: { backbone: 'PARTIAL', frozenLayers: 4 },
    hyperparameters: { epochs: 6 },
  };
  const training = await client.train(input);
  await training.result();
  return { fineTuned: training.id };
}

function answersTo(text) {
  return async (page) => {
    await page.getByRole('textbox', { name: 'Texts' }).fill(text);
    await page.getByRole('heading', { name: `“${text}”` }).waitFor();
  };
}

/** Each page by its address, once it is ready. */
async function takePictures(address, pages) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    for (const [name, [path, ready = async () => {}]] of Object.entries(pages)) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 760 }, colorScheme: 'light' });
      await page.goto(address + path, { waitUntil: 'networkidle' });
      await ready(page);
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: at(`${name}.png`) });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
