import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data, finished, TRAIN } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { expectUsable, read, startProduct, views, visit } from './stage.js';

describeInBrowser('Try', () => {
  let product: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;
  let job: string;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchChromium()]);
    const input = { dataset: 'starter', tasks: ['topic'], hyperparameters: { epochs: 1 }, promote: 'NEVER' };
    const { train } = await data(product.address, TRAIN, { input });
    job = train.id;
    await finished(product.address, job);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  const open = (view = views[2], url = product.address) => visit(browser, url, view);

  it('answers on a first visit, and anew as one types', async () => {
    const { page, complaints, close } = await open();
    const head = (task: string) => page.getByRole('region', { name: task, exact: true });
    await head('topic').getByText('sports').waitFor();
    await page.getByRole('textbox', { name: 'Texts' }).fill('The soup was cold and the waiter was rude.');
    await page.getByRole('heading', { name: '“The soup was cold and the waiter was rude.”' }).waitFor();
    const [best] = await head('topic').getByRole('listitem').allInnerTexts();
    expect(best).toMatch(/^food\s+\d+\.\d %$/);
    expect(await read(head('sentiment').getByRole('listitem').first())).toMatch(/^negative/);

    await head('topic').getByRole('button', { name: 'All 6 labels' }).click();
    expect(await head('topic').getByRole('listitem').count()).toBe(6);
    expect(complaints).toEqual([]);
    await close();
  });

  it('tells why: the rows of its training that are most like the text', async () => {
    const { page, close } = await open();
    await page.getByRole('textbox', { name: 'Texts' }).fill('Handball is awesome.');
    await page.getByRole('heading', { name: '“Handball is awesome.”' }).waitFor();
    await page.getByRole('region', { name: 'topic', exact: true }).getByRole('button', { name: 'Why?' }).click();
    const nearest = page.getByRole('list', { name: 'Nearest rows that topic was learned from' }).getByRole('listitem');
    await nearest.first().waitFor();
    expect(await nearest.count()).toBe(5);
    expect(await read(nearest.first())).toMatch(/^1\.00\s+Handball is awesome\. sports$/);
    await close();
  });

  it('asks another version, and keeps the choice in the address', async () => {
    const { page, close } = await open();
    await page.getByText('answered by default 1').waitFor();
    await page.getByLabel('Version').selectOption('version 2');
    await page.getByText('answered by default 2').waitFor();
    expect(page.url()).toBe(`${product.address}/?model=default&version=2`);
    await page.reload();
    await page.getByText('answered by default 2').waitFor();
    await close();
  });

  it('offers to ask another version where the one that is asked is not there, and shows that it is not', async () => {
    const { page, close } = await open(views[2], `${product.address}/?model=default&version=99`);
    const version = page.getByLabel('Version');
    await version.getByRole('option', { name: 'production (now 1)' }).waitFor({ state: 'attached' });
    expect(await version.locator('option:checked').textContent()).toBe('version 99 (not there)');
    await page.getByRole('link', { name: 'Ask the version in production' }).waitFor();
    expect(await page.getByRole('link', { name: 'Train one' }).count()).toBe(0);
    await version.selectOption('alias production');
    await page.getByText('answered by default 1').waitFor();
    await page.goto(`${product.address}/?model=nobody`);
    await page.getByRole('link', { name: 'Train one' }).waitFor();
    await close();
  });

  it('says of a text that is out of scope how little it looks like a label, not how sure the withheld one was', async () => {
    const { page, close } = await open();
    await page.getByRole('textbox', { name: 'Texts' }).fill('xyzzy plugh 0x3f\nHandball is awesome.');
    const { classify } = await data(
      product.address,
      '{ classify(texts: ["xyzzy plugh 0x3f"], allowAbstain: true) { predictions { task abstained confidence outOfScopeScore } } }',
    );
    const [withheld] = classify[0].predictions.filter(({ abstained }: { abstained: boolean }) => abstained);
    const row = page.getByRole('row', { name: /^xyzzy plugh 0x3f/ });
    await row.getByText('out of scope').first().waitFor();
    const told = await read(row);
    expect(told).toContain(`score ${withheld.outOfScopeScore.toFixed(2)}`);
    expect(told).not.toContain(`${(100 * withheld.confidence).toFixed(1)} %`);
    await close();
  });

  it('shows many texts at a glance, and one of them in full', async () => {
    const { page, close } = await open();
    const texts = Array.from({ length: 60 }, (_, i) => `What a lovely sunny morning, number ${i}`);
    await page.getByRole('textbox', { name: 'Texts' }).fill(texts.join('\n'));
    const rows = page.getByRole('region', { name: 'Texts and their labels' }).getByRole('row');
    await page.getByRole('button', { name: 'All 60 texts' }).click();
    await expect.poll(() => rows.count()).toBe(61);
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Only the first');
    await page.getByRole('button', { name: texts[59], exact: true }).click();
    await page.getByRole('heading', { name: `“${texts[59]}”` }).waitFor();
    await close();
  });

  it('shows the text on a map of a data set, and how alike two texts are', async () => {
    const { page, close } = await open();
    const map = page.getByRole('img', {
      name: /^\d+ rows of starter and the text in two dimensions, coloured by sentiment$/,
    });
    await map.waitFor();
    await page.getByLabel('Coloured by', { exact: true }).selectOption('topic');
    await page.getByRole('button', { name: 'greetings' }).click();
    expect(await page.locator('circle[data-faint]').count()).toBeGreaterThan(100);
    await page.locator('svg > circle:not([data-faint])').last().hover();
    await page.getByText(/ \(greetings\)$/).waitFor();

    await page.getByLabel('One text').fill('Where is my parcel?');
    await page.getByLabel('Another text').fill('Where is my parcel?');
    await page.getByText('1.000').waitFor();
    await close();
  });

  it('shows the rows of the label that was given, though others have more', async () => {
    const labels = Array.from({ length: 10 }, (_, i) => `label-${i}`);
    const examples = ['food', ...labels, ...labels].map((label, i) => ({
      text: `A row of ${label}, number ${i}`,
      labels: [{ task: 'topic', label }],
    }));
    const store =
      'mutation Store($examples: [ExampleInput!]!) { createDataset(name: "many", examples: $examples) { rows } }';
    await data(product.address, store, { examples });
    const { page, close } = await open();
    await page.getByRole('textbox', { name: 'Texts' }).fill('The soup was cold and the waiter was rude.');
    await page.getByRole('heading', { name: '“The soup was cold' }).waitFor();
    await page.getByLabel('Data set', { exact: true }).selectOption('many');
    const colours = page.getByRole('list', { name: 'Colours' });
    await colours.getByRole('button', { name: 'food' }).waitFor();
    expect(await colours.getByRole('button').count()).toBe(8);
    await close();
  });

  it('asks for the map once more when a projection was fitted, and offers to fit it where there still is none', async () => {
    const { page, close } = await open(views[2], 'about:blank');
    let asked = 0;
    const problem = {
      message: 'projection is PCA, which was not fitted for this encoder yet.',
      extensions: { code: 'BAD_USER_INPUT', field: 'projection' },
    };
    // An encoder that learned takes minutes to make; the job that is said to fit is one that has succeeded.
    await page.route('**/graphql', (route) => {
      const { query } = route.request().postDataJSON();
      if (query.includes('query EmbeddingMap')) {
        asked += 1;
        return route.fulfill({ json: { data: null, errors: [problem] } });
      }
      if (query.includes('mutation FitForMap'))
        return route.fulfill({ json: { data: { fitProjection: { id: job } } } });
      return route.continue();
    });
    await page.goto(product.address);
    const fit = page.getByRole('button', { name: 'Fit a projection on starter' });
    await fit.waitFor();
    const before = asked;
    await fit.click();
    await expect.poll(() => asked).toBeGreaterThan(before);
    await fit.waitFor();
    // Whatever would come of that answer has come when the page has asked for and shown something else.
    await page.getByLabel('One text').fill('Where is my parcel?');
    await page.getByLabel('Another text').fill('Where is my parcel?');
    await page.getByText('1.000').waitFor();
    expect(asked).toBe(before + 1);
    await close();
  });

  it.each(views)('is usable $width wide and $colorScheme', async (view) => {
    const { page, complaints, close } = await open(view);
    await page.getByRole('button', { name: 'Why?' }).first().click();
    await page.getByRole('list', { name: /^Nearest rows/ }).waitFor();
    await page.getByRole('img', { name: /in two dimensions/ }).waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });
});
