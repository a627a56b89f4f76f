import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { data, easyRows, TRAIN } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { startProcesses } from './processes.js';
import { visit } from './stage.js';
import { expectUsableInAllViews } from './views.js';

/** A training that goes on until somebody ends it. */
const endless = { examples: easyRows(240), hyperparameters: { epochs: 1000, patience: 1000, batchSize: 2 } };

const CREATE =
  'mutation Create($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { digest } }';

describeInBrowser('runs', () => {
  let product: Awaited<ReturnType<typeof startProcesses>>;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const sockets: WebSocketRoute[] = [];

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProcesses(), launchChromium()]);
    ({ page, complaints } = await visit(browser, 'about:blank'));
    page.setDefaultTimeout(20_000);
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  const train = async (input: object): Promise<string> =>
    (await data(product.address, TRAIN, { input: { examples: easyRows(60), ...input } })).train.id;
  const create = async (name: string, rows: number): Promise<{ readonly digest: string }> =>
    (await data(product.address, CREATE, { name, examples: easyRows(rows) })).createDataset;
  const open = (path: string) => page.goto(`${product.address}${path}`);
  const status = (word: string, timeout = 20_000) =>
    page.getByRole('status').getByText(word, { exact: true }).waitFor({ timeout });
  const events = (text: string | RegExp) => page.getByRole('region', { name: 'Events, newest first' }).getByText(text);

  it('appear in the list as they are asked for, and change where they stand before one’s eyes', async () => {
    await open('/runs');
    await page.getByText('There is no run yet.').waitFor();
    const id = await train({ model: 'support', promote: 'NEVER', hyperparameters: { epochs: 5 } });
    const row = page.getByRole('row').filter({ hasText: id.slice(-6) });
    await row.getByText('Succeeded').waitFor();
    await row.getByText('100.0 %').waitFor();
    await row.getByRole('link', { name: '1', exact: true }).waitFor();
    await page.getByLabel('Model').selectOption('support');
    await page.getByLabel('Status').selectOption('FAILED');
    await page.getByText('No run is like that.').waitFor();
    await page.getByLabel('Status').selectOption('SUCCEEDED');
    await row.waitFor();
    await open('/runs?model=nobody');
    await page.getByLabel('Model').getByRole('option', { name: 'nobody (not there)' }).waitFor({ state: 'attached' });
  });

  it('are laid over each other, each with a letter of its own', async () => {
    const ids = [await train({ model: 'one' }), await train({ model: 'two', hyperparameters: { epochs: 3 } })];
    await open(`/runs?with=${ids.join(',')}`);
    const [first, second] = ids.map((id) => id.slice(-6));
    await page.getByText(`A ${first}, training`).waitFor();
    await page.getByText(`B ${second}, training`).waitFor();
    await page.getByLabel('Curve', { exact: true }).selectOption('score');
    await page.getByRole('img', { name: `Macro F1 by epoch of the runs ${first}, ${second}` }).waitFor();
    await page.getByRole('row').filter({ hasText: second }).getByText('Succeeded').waitFor();
    await page.getByRole('checkbox', { name: second }).uncheck();
    await page.getByRole('img', { name: `by epoch of the runs ${first}`, exact: false }).waitFor();
    await expectUsableInAllViews(page);
    await page.setViewportSize({ width: 1440, height: 800 });
  });

  it('are shown page by page', async () => {
    await create('few', 6);
    for (let run = 0; run < 26; run++)
      await data(product.address, 'mutation { evaluate(dataset: "few", model: "support", version: 1) { id } }');
    await open('/runs?kind=EVALUATE');
    await page.getByText('25 of 26 runs').waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('Older: 1 of 26 runs').waitFor();
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.getByText('25 of 26 runs').waitFor();
  });

  it('tell why they failed, and are tried again once it is mended', async () => {
    const { digest } = await create('damaged', 61);
    const file = join(product.folder, 'datasets', 'rows', `${digest}.jsonl`);
    const whole = await readFile(file);
    await writeFile(file, 'not what it was');
    const { id } = (await data(product.address, TRAIN, { input: { model: 'mended', dataset: 'damaged' } })).train;
    await open(`/runs/${id}`);
    await status('Failed');
    await page.getByText(`The file of the rows with digest ${digest} is damaged`, { exact: false }).waitFor();
    await events(': DAMAGED').waitFor();
    await expectUsableInAllViews(page);
    await writeFile(file, whole);
    await page.getByRole('button', { name: 'Try again' }).click();
    await status('Succeeded');
    await events('Succeeded: made version 1').waitFor();
  });

  it('are cancelled after a question, and tried again', async () => {
    const id = await train({ model: 'stopped', ...endless });
    await open(`/runs/${id}`);
    await events(/^Epoch 2:/).waitFor();
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await status('Running');
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await status('Cancelled');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/, attempt 2, asked for/).waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
    await status('Running');
    await events(/^Epoch 2:/).waitFor();
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
    await status('Cancelled');
  });

  it('go on before one’s eyes when the connection breaks and the server goes away for a while', async () => {
    const id = await train({ model: 'broken', ...endless });
    await open(`/runs/${id}`);
    await events(/^Epoch 2:/).waitFor();
    await sockets.at(-1)?.close({ code: 1012 });
    const reached = async () =>
      Number(
        (
          await events(/^Epoch \d+:/)
            .first()
            .textContent()
        )?.match(/\d+/)?.[0],
      );
    const goesOn = async () => {
      const before = await reached();
      await eventually('more epochs to be shown', async () => (await reached()) > before + 1, 30_000);
    };
    await goesOn();
    await product.restartApi();
    await goesOn();
    await page.getByText('The live connection fell away').waitFor({ state: 'detached' });
    await status('Running');
    await data(product.address, 'mutation Cancel($id: ID!) { cancelTraining(id: $id) { id } }', { id });
    await status('Cancelled');
    // The browser notes that the connection was refused.
    complaints.splice(0);
  });

  it('go to another worker when theirs is killed, and the page shows both and the end', async () => {
    const id = await train({ model: 'orphan', hyperparameters: { epochs: 120, patience: 120, batchSize: 8 } });
    await open(`/runs/${id}`);
    await events(/^Epoch 3:/).waitFor();
    await product.workers[0].end('SIGKILL');
    await product.addWorker();
    // A worker is taken for dead only when it has not been heard of for 10 seconds.
    await events('A worker was lost: another has taken the run over').waitFor({ timeout: 40_000 });
    await events(/It goes on from epoch \d+|It starts over/).waitFor();
    await page.getByText(', 1 worker lost on the way').waitFor();
    await status('Succeeded', 50_000);
    await events('Succeeded: made version 1').waitFor();
    await page.getByText('Version 1').first().waitFor();
    await page.getByRole('columnheader', { name: 'Kept epoch, the best by validation loss' }).waitFor();
    await page.getByText('The same in numbers').click();
    // Every epoch once, the last hundred of them.
    expect(await page.getByRole('region', { name: 'Epochs, newest first' }).getByRole('row').count()).toBe(101);
    await expectUsableInAllViews(page);
    expect(complaints).toEqual([]);
  });
});
