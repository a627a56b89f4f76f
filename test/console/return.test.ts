import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data, easyRows, type Json } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { startProcesses } from './processes.js';
import { expectUsable, visit } from './stage.js';

const STORE =
  'mutation Store($name: String!, $examples: [ExampleInput!]!) { createDataset(name: $name, examples: $examples) { rows } }';

describeInBrowser('somebody who comes back to a page', () => {
  let product: Awaited<ReturnType<typeof startProcesses>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProcesses(), launchChromium()]);
    for (const name of ['fruit', 'gone', 'taken', 'plain', 'growing'])
      await data(product.address, STORE, { name, examples: easyRows(120) });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  const open = (path: string) => visit(browser, `${product.address}${path}`);
  const go = (page: Page, section: string) => page.getByRole('link', { name: section, exact: true }).click();
  const look = async (page: Page, dataset: string): Promise<void> => {
    await go(page, 'Data');
    await go(page, dataset);
  };
  const unsaved = (page: Page) => page.getByText(/changed, not saved yet$/);
  /** The field of the first task of a row. */
  const label = (page: Page, row: number) => page.getByLabel(new RegExp(` of row ${row}$`)).first();
  const focused = (page: Page) => page.evaluate('document.activeElement.innerText');
  const asksBeforeLeaving = (page: Page) =>
    page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))");

  it('finds labels that were not saved, those of a task that was begun too, and is warned before they are lost', async () => {
    const { page, complaints, close } = await open('/data/fruit');
    await page.getByRole('button', { name: 'Label rows' }).click();
    expect(await asksBeforeLeaving(page)).toBe(false);
    await page.getByText('Begin another task').click();
    await page.getByLabel('Name of the task').fill('tags');
    await page.getByLabel('A row may have several').check();
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await page.getByLabel('tags of row 2', { exact: true }).fill('loud | slow');
    await page
      .getByLabel(/of row 3$/)
      .first()
      .fill('damson');
    await page.getByText('2 labels changed, not saved yet').waitFor();

    await go(page, 'Runs');
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    expect(await asksBeforeLeaving(page)).toBe(true);
    await look(page, 'fruit');
    await page.getByText('2 labels changed, not saved yet').waitFor();
    await page.reload();
    await page.getByText('2 labels changed, not saved yet').waitFor();
    expect(await page.getByLabel('tags of row 2', { exact: true }).inputValue()).toBe('loud | slow');
    expect(
      await page
        .getByLabel(/of row 3$/)
        .first()
        .inputValue(),
    ).toBe('damson');

    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: 2 labels changed.').waitFor();
    expect(await focused(page)).toBe('Saved: 2 labels changed.');
    expect(await asksBeforeLeaving(page)).toBe(false);
    const { dataset } = await data(
      product.address,
      '{ dataset(name: "fruit") { preview(first: 3) { labels { task labels } } } }',
    );
    expect(dataset.preview[1].labels).toContainEqual({ task: 'tags', labels: ['loud', 'slow'] });
    expect(dataset.preview[2].labels.flatMap(({ labels }: Json) => labels)).toContain('damson');
    expect(complaints).toEqual([]);
    await close();
  });

  it('does not find labels as unsaved that were being saved when they left', async () => {
    const { page, close } = await open('/data/fruit');
    await page.getByRole('button', { name: 'Label rows' }).click();
    await label(page, 5).fill('elderberry');
    let letRead = () => {};
    const mayRead = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query DatasetRows')) await mayRead;
      await route.continue();
    });
    const readAgain = page.waitForRequest((request) => request.postData()?.includes('query DatasetRows') === true);
    await page.getByRole('button', { name: 'Save' }).click();
    await readAgain;
    await go(page, 'Runs');
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    letRead();
    await expect.poll(() => asksBeforeLeaving(page)).toBe(false);
    await look(page, 'fruit');
    await page.getByText('Rows 1 to 25 of 120').waitFor();
    expect(await unsaved(page).count()).toBe(0);
    await page.getByText('elderberry').first().waitFor();
    await close();
  });

  it('saves labels that were typed before rows were added at the end', async () => {
    const { page, close } = await open('/data/growing');
    await page.getByRole('button', { name: 'Label rows' }).click();
    await label(page, 5).fill('elderberry');
    await page.getByText('Add rows').click();
    await page.getByRole('textbox', { name: 'Rows' }).fill('text\tfruit\nOne more.\tapple');
    await page.getByRole('button', { name: 'Add the rows' }).click();
    await page.getByText('1 row added.').waitFor();
    await page.getByText('Rows 1 to 25 of 121').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: 1 label changed.').waitFor();
    await close();
  });

  it('is not told of labels of a data set that was deleted', async () => {
    const { page, close } = await open('/data/gone');
    await page.getByRole('button', { name: 'Label rows' }).click();
    await page
      .getByLabel(/of row 3$/)
      .first()
      .fill('damson');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
    await page.getByRole('status').getByText('The data set gone was deleted.').waitFor({ state: 'attached' });
    expect(await asksBeforeLeaving(page)).toBe(false);
    await close();
  });

  it('is not told of labels of a data set that somebody else deleted, either', async () => {
    const { page, close } = await open('/data/taken');
    await page.getByRole('button', { name: 'Label rows' }).click();
    await label(page, 3).fill('damson');
    await go(page, 'Runs');
    await data(product.address, 'mutation { deleteDataset(name: "taken") }');
    expect(await asksBeforeLeaving(page)).toBe(true);
    await page.goBack();
    await page.getByText('There is no data set “taken”.').waitFor();
    await expect.poll(() => asksBeforeLeaving(page)).toBe(false);
    await close();
  });

  it('finds the rows that were looked at, by the address, and by the way back', async () => {
    const { page, close } = await open('/data/fruit');
    const shows = (rows: string) => page.getByText(`Rows ${rows} of 120`).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await shows('26 to 50');
    await page.reload();
    await shows('26 to 50');
    await page.getByRole('button', { name: 'Previous' }).click();
    await shows('1 to 25');
    await page.goBack();
    await shows('26 to 50');
    await page.getByRole('button', { name: 'Previous' }).click();
    await shows('1 to 25');
    expect(await focused(page)).toBe('Previous');
    await page.getByLabel('From row').fill('101');
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await shows('101 to 120');
    await expectUsable(page);
    await page.getByLabel('Label', { exact: true }).selectOption('label cherry');
    await page.getByText('No row is like that').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?label=cherry');
    await page.getByRole('button', { name: 'Next' }).dblclick();
    await page.waitForURL(/after=\d+/);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.waitForURL(/\?label=cherry$/);
    await page.goto(`${product.address}/data/fruit?after=500`);
    await page.getByRole('button', { name: 'First rows' }).click();
    await shows('1 to 25');
    await close();
  });

  it('finds a training as it was being put together, one for each address, and can start over', async () => {
    const { page, complaints, close } = await open('/train');
    await page.getByText('A handful of rows, pasted here').click();
    const rows = page.getByRole('textbox', { name: 'Rows' });
    await rows.fill('text\ttopic\nA match.\tsports\nRain again.\tweather');
    await go(page, 'Runs');
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    await page.goBack();
    expect(await rows.inputValue()).toContain('Rain again.');
    await look(page, 'plain');
    await page.getByRole('link', { name: 'Train on it' }).click();
    await page.getByText('120 rows, going on from').waitFor();
    expect(await rows.count()).toBe(0);
    await go(page, 'Train');
    expect(await rows.inputValue()).toContain('Rain again.');
    await page.getByRole('button', { name: 'Start over' }).click();
    await page.getByLabel('Data set', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.reload();
    await page.getByLabel('Data set', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Start over' }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('finds what is longer than the browser keeps, too, and is warned before it is lost', async () => {
    const { page, complaints, close } = await open('/train');
    await page.getByText('A handful of rows, pasted here').click();
    const rows = page.getByRole('textbox', { name: 'Rows' });
    await page.evaluate("sessionStorage.setItem('much', 'x'.repeat(5_200_000))");
    await rows.fill(`text\ttopic\n${'x'.repeat(100_000)}\tsports`);
    await page.getByText('1 row.').waitFor();
    await look(page, 'fruit');
    await page.getByRole('button', { name: 'Label rows' }).click();
    await label(page, 7).fill('x'.repeat(100_000));
    await unsaved(page).waitFor();
    expect(await asksBeforeLeaving(page)).toBe(true);
    await go(page, 'Train');
    expect(await rows.inputValue()).toMatch(/x\tsports$/);
    await look(page, 'fruit');
    await unsaved(page).waitFor();
    await page.getByRole('button', { name: 'Discard' }).click();
    await unsaved(page).waitFor({ state: 'detached' });
    expect(await asksBeforeLeaving(page)).toBe(false);
    expect(complaints).toEqual([]);
    await close();
  });
});
