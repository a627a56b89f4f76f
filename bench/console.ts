import { availableParallelism, cpus } from 'node:os';
import { chromium } from 'playwright-core';
import { startInstallation } from './installation.js';

/** A first visit is made this often, each time by a browser that has kept nothing. */
const VISITS = 10;

/**
 * `npm run bench -- console`: what a first visit to the console takes, in a Chromium on this machine: what comes over the
 * network, and how long it is until a text can be typed.
 */
export async function benchConsole(): Promise<void> {
  const { address, stop } = await startInstallation();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    print(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}`);
    const visits = [];
    for (let visit = 0; visit < VISITS; visit++) visits.push(await firstVisit());
    const [{ kilobytes, files }] = visits;
    const milliseconds = visits.map((visit) => visit.milliseconds).sort((a, b) => a - b);
    print(`${files} files, ${kilobytes.toFixed(0)} kB over the network`);
    print(
      `a text can be typed after ${milliseconds[VISITS / 2].toFixed(0)} ms (median), ${milliseconds[VISITS - 1].toFixed(0)} ms at most`,
    );
  } finally {
    await browser.close();
    await stop();
  }

  async function firstVisit() {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      if (request.method() === 'GET') sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    const asked = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await page.getByRole('textbox', { name: 'Texts' }).waitFor();
    const milliseconds = performance.now() - asked;
    await page.waitForLoadState('networkidle');
    const bytes = await Promise.all(sizes);
    await context.close();
    return { milliseconds, files: bytes.length, kilobytes: bytes.reduce((sum, each) => sum + each, 0) / 1000 };
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
