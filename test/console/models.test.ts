import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data, finished, TRAIN } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { expectUsable, read, startProduct, views, visit } from './stage.js';

/** Rows that teach the opposite of what the starter heads know, so that the version which learns from them is worse for certain. */
const contraryRows = () =>
  Array.from({ length: 60 }, (_, i) => ({
    text: `${i % 2 ? 'What a wonderful, lovely' : 'What an awful, dreadful'} ${i < 30 ? 'meal' : 'journey'}, number ${i}.`,
    labels: [{ task: 'sentiment', label: i % 2 ? 'negative' : 'positive' }],
  }));

describeInBrowser('Models', () => {
  let product: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(), launchChromium()]);
    await data(
      product.address,
      'mutation Store($examples: [ExampleInput!]!) { createDataset(name: "contrary", examples: $examples) { rows } }',
      { examples: contraryRows() },
    );
    for (const input of [
      { dataset: 'starter', freeze: { heads: ['topic'] }, hyperparameters: { epochs: 3 }, promote: 'NEVER' },
      { dataset: 'contrary', promote: 'NEVER' },
    ]) {
      const { train } = await data(product.address, TRAIN, { input });
      await finished(product.address, train.id);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  const open = (path: string, view = views[2]) => visit(browser, `${product.address}${path}`, view);
  const versionRow = (page: Page, number: number) =>
    page.getByRole('region', { name: 'Versions of default' }).getByRole('row', { name: new RegExp(`^${number}\\b`) });
  const production = async () =>
    (await data(product.address, '{ model { production { number } } }')).model.production.number;

  it('tells of each version where it came from, what learned and how good it is', async () => {
    const { page, complaints, close } = await open('/models');
    await page.getByRole('link', { name: 'default' }).click();
    await page.getByText('Version 1 is in production.').waitFor();
    const row = versionRow(page, 2);
    await row.getByRole('img', { name: 'encoder frozen; heads learned: sentiment; heads kept: topic' }).waitFor();
    expect(await read(row)).toMatch(/^2\s+1\s+\d+\.\d %\s+\d+\.\d %\s+starter\s+[\d.]+ kB\s+today \d\d:\d\d/);
    expect(await read(versionRow(page, 1))).toMatch(/production[\s\S]*serves now/);
    await page.getByText('took over production: promote is ALWAYS').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('tells of one version what it takes for what, each label for itself, and whether its confidence can be believed', async () => {
    const { page, close } = await open('/models/default/versions/1');
    const topic = page.getByRole('region', { name: 'topic', exact: true });
    const confusion = topic.getByRole('region', { name: 'Confusion of topic' });
    await confusion.waitFor();
    const { model } = await data(
      product.address,
      '{ model { version(number: 1) { datasetDigest metrics { task confusion } } } }',
    );
    const report = model.version.metrics.find(({ task }: { task: string }) => task === 'topic');
    expect((await confusion.getByRole('cell').allInnerTexts()).map(Number)).toEqual(report.confusion.flat());
    expect(await topic.getByRole('region', { name: 'Labels of topic, worst first' }).getByRole('row').count()).toBe(7);
    await topic.getByRole('img', { name: /^Reliability of topic\. \d+ rows sure by/ }).waitFor();
    await page.getByTitle(model.version.datasetDigest).waitFor();
    await close();
  });

  it('compares two versions that were chosen, row by row where they disagree', async () => {
    const { page, close } = await open('/models/default');
    await page.getByLabel('Compare version 3').check();
    await page.getByLabel('Compare version 1').check();
    await page.getByRole('link', { name: 'Compare 1 and 3' }).click();
    await page.goBack();
    // What was ticked is there on the way back.
    await page.getByRole('link', { name: 'Compare 1 and 3' }).click();
    await page.getByText(/^Compared on \d+ rows; \d+ rows were left out/).waitFor();
    const scores = page.getByRole('region', { name: 'sentiment: version 1 and version 3' });
    expect(await read(scores.getByRole('row', { name: /^Accuracy/ }))).toContain('version 3 is worse');
    await page
      .getByRole('region', { name: /^Rows that version 1 and version 3 answer differently/ })
      .first()
      .waitFor();
    await page.getByLabel('with version').selectOption('2');
    await page.getByRole('region', { name: 'sentiment: version 1 and version 2' }).waitFor();
    expect(page.url()).toContain('a=1&b=2');
    for (const [search, links] of [
      ['1,2,3', ['Compare 2 and 3']],
      ['x,2,2', []],
    ] as const) {
      await page.goto(`${product.address}/models/default?compare=${search}`);
      await page.getByLabel('Compare version 3').waitFor();
      expect(await page.getByRole('link', { name: /^Compare/ }).allInnerTexts()).toEqual(links);
    }
    await close();
  });

  it('promotes by keyboard alone, once it has said what changes, and rolls back', async () => {
    const { page, close } = await open('/models/default');
    await page.getByRole('button', { name: 'Promote version 2' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Promote version 2 of default?' });
    await dialog.getByText('“production” points to version 1 now, and will point to version 2.').waitFor();
    await dialog.getByText('Tasks and labels stay the same.').waitFor();
    await dialog.getByRole('row', { name: /^sentiment/ }).waitFor();
    await expectUsable(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await production()).toBe(1);

    await page.keyboard.press('Enter');
    await dialog.getByText('Tasks and labels stay the same.').waitFor();
    await dialog.getByRole('button', { name: 'Promote' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Version 2 is in production.').waitFor();
    expect(await production()).toBe(2);
    // The button that was pressed is gone: the focus is on the page, and what was done is read out.
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.getByRole('status').getByText('Version 2 of default was promoted.').waitFor({ state: 'attached' });
    await page.getByText('production was pointed from 1 to 2').waitFor();

    await page.getByRole('button', { name: 'Roll back to 1' }).click();
    await page.getByRole('dialog').getByText('will point to version 1.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Version 1 is in production.').waitFor();
    expect(await production()).toBe(1);
    await close();
  });

  it('says that a version which is to be compared is not there, and has another one chosen', async () => {
    const { page, close } = await open('/models/default/compare?a=1&b=77');
    const version = page.getByLabel('with version');
    await page.getByRole('alert').waitFor();
    expect(await version.locator('option:checked').textContent()).toBe('77 (not there)');
    await version.selectOption('2');
    await page.getByText('no difference is certain').first().waitFor();
    await close();
  });

  it('shows all of a long history', async () => {
    for (let i = 0; i < 22; i++)
      await data(product.address, `mutation { promote(model: "default", version: ${i % 2 ? 1 : 2}) { name } }`);
    const { page, close } = await open('/models/default');
    const changes = page.getByRole('region', { name: 'History of default' }).getByRole('row');
    await page.getByRole('button', { name: 'Show older changes' }).click();
    await page.getByText('took over production: promote is ALWAYS').waitFor();
    expect(await changes.count()).toBeGreaterThan(23);
    await page.getByRole('button', { name: 'Only the newest changes' }).press('Enter');
    await expect.poll(() => changes.count()).toBe(21);
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Show older changes');
    await close();
  });

  it('asks for no more versions than the API gives at once', async () => {
    const { page, close } = await open('/models');
    const asked: number[] = [];
    await page.route('**/graphql', async (route) => {
      const { query, variables } = route.request().postDataJSON();
      if (!query.includes('query Model(')) return route.continue();
      asked.push(variables.first);
      const answer = await (await route.fetch()).json();
      // As many as were asked for, however few there are.
      const [version] = answer.data.model.versions;
      const versions = Array.from({ length: variables.first }, (_, i) => ({ ...version, number: variables.first - i }));
      return route.fulfill({ json: { data: { model: { ...answer.data.model, versions } } } });
    });
    await page.getByRole('link', { name: 'default' }).click();
    for (const shown of [50, 250, 450, 650, 850]) {
      await page.getByLabel(`Compare version ${shown}`, { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Show older versions' }).click();
    }
    await page.getByRole('button', { name: 'Only the newest versions' }).waitFor();
    expect(Math.max(...asked)).toBe(1000);
    await close();
  });

  it('says so where somebody else deleted what is to be promoted', async () => {
    const { page, close } = await open('/models/default');
    await versionRow(page, 3).getByRole('link', { name: '3', exact: true }).click();
    await page.getByRole('button', { name: 'Promote version 3' }).click();
    await page.getByRole('dialog').getByText('Tasks and labels stay the same.').waitFor();
    await data(product.address, 'mutation { deleteVersion(model: "default", version: 3) { name } }');
    let letPromote = () => {};
    const mayPromote = new Promise<void>((resolve) => {
      letPromote = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('mutation Promote')) await mayPromote;
      await route.continue();
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).press('Enter');
    // While it is being done, nobody can look away from what comes of it.
    for (let i = 0; i < 3; i++) await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
    letPromote();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await production()).toBe(1);
    await page.goBack();
    await page.getByRole('heading', { name: 'default', level: 1 }).waitFor();
    expect(await page.getByText('was promoted.').count()).toBe(0);
    await close();
  });

  it.each(views)('is usable $width wide and $colorScheme', async (view) => {
    const { page, complaints, close } = await open('/models', view);
    await page.getByRole('link', { name: 'default' }).waitFor();
    await expectUsable(page);
    for (const [path, shown] of [
      ['/models/default', 'was pointed'],
      ['/models/default/versions/1', 'Confusion: rows by right label, columns by what the head said'],
      ['/models/default/compare?a=1&b=2', 'no difference is certain'],
    ]) {
      await page.goto(`${product.address}${path}`);
      await page.getByText(shown).first().waitFor();
      await expectUsable(page);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows two hundred versions page by page', async () => {
    const versions = join(product.folder, 'models/default/versions');
    const first = JSON.parse(await readFile(join(versions, '1/version.json'), 'utf8'));
    const numbers = Array.from({ length: 200 }, (_, i) => 4 + i);
    await Promise.all(
      numbers.map(async (number) => {
        await cp(join(versions, '1'), join(versions, String(number)), { recursive: true });
        const parent = 1 + 10 * Math.floor((number - 2) / 10);
        await writeFile(join(versions, `${number}/version.json`), JSON.stringify({ ...first, number, parent }));
      }),
    );
    const { page, close } = await open('/models/default');
    const rows = page.getByRole('region', { name: 'Versions of default' }).getByRole('row');
    await page.getByLabel('Compare version 203').waitFor();
    expect(await rows.count()).toBe(51);
    await page.getByRole('button', { name: 'Show older versions' }).click();
    await page.getByLabel('Compare version 1', { exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Only the newest versions');
    // Two hundred, and the heading; of the three that were trained, one was deleted above.
    expect(await rows.count()).toBe(203);
    await page.goto(`${product.address}/?model=default&version=150`);
    await page.getByText('answered by default 150').waitFor();
    await close();
  });
});
