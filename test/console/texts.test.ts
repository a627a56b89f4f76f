import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { expectUsable, startProduct, visit } from './stage.js';
import { expectUsableInAllViews } from './views.js';

const STORE =
  'mutation Store($examples: [ExampleInput!]!) { createDataset(name: "texts", examples: $examples) { rows } }';

const texts = ['One line.\nAnother.', 'مرحبا بالعالم', `It begins ${'and goes on '.repeat(250)}to its end.`];

describeInBrowser('texts as people write them', () => {
  let product: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct({ STARTER: 'off' }), launchChromium()]);
    const examples = texts.map((text) => ({ text, labels: [{ task: 'tags', labels: [] }] }));
    await data(product.address, STORE, { examples });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  it('keep their lines and the direction of their script; of long ones the beginning is shown first', async () => {
    const { page, close } = await visit(browser, `${product.address}/data/texts`);
    const height = async (text: string) => (await page.getByText(text).boundingBox())?.height ?? 0;
    await page.getByText('مرحبا').waitFor();
    expect(await height('One line.')).toBeGreaterThan(1.5 * (await height('مرحبا')));
    expect(await page.getByText('مرحبا').getAttribute('dir')).toBe('auto');
    expect(await page.getByText('to its end.').count()).toBe(0);
    await page.getByRole('button', { name: 'The whole text' }).click();
    await page.getByText('to its end.').waitFor();
    await expectUsableInAllViews(page);
    await close();
  });

  it('are told to have none of the labels, also while they are labelled', async () => {
    const { page, close } = await visit(browser, `${product.address}/data/texts`);
    await page.getByRole('button', { name: 'Label rows' }).click();
    expect(await page.getByText('tags: none of them').count()).toBe(3);
    await page.getByLabel('tags of row 1', { exact: true }).fill('loud');
    expect(await page.getByText('tags: none of them').count()).toBe(2);
    await close();
  });

  it('have the labels of one task drawn as wide as the page', async () => {
    const { page, close } = await visit(browser, `${product.address}/data/texts`);
    const labels = page.getByRole('region', { name: 'Labels of tags' });
    await labels.waitFor();
    expect((await labels.boundingBox())?.width).toBeGreaterThan(1000);
    await close();
  });

  it('leave every region of a page a name of its own, and the examples call the server that they came from', async () => {
    const { page, close } = await visit(browser, `${product.address}/data`);
    await page.getByRole('link', { name: 'texts' }).waitFor();
    await expectUsable(page, ['landmark-unique']);
    await page.goto(`${product.address}/api`);
    await page.getByText('POST /v1/embeddings').waitFor();
    await expectUsable(page, ['landmark-unique']);
    await page.getByText(/^Each text is encoded once/).click();
    await page.locator('pre:visible', { hasText: `curl -s ${product.address}/graphql` }).waitFor();
    await page.getByRole('link', { name: 'Open GraphiQL' }).click();
    await page.getByRole('link', { name: 'Manyhead' }).click();
    await page.getByRole('heading', { name: 'Try', level: 1 }).waitFor();
    await close();
  });
});
