import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { data, easyRows, type Json } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { startProcesses } from './processes.js';
import { visit } from './stage.js';
import { expectUsableInAllViews } from './views.js';

const ROWS =
  'query Rows($name: String!) { dataset(name: $name) { rows digest preview(first: 100) { row text labels { task labels } } } }';

describeInBrowser('from a file to a version in production', () => {
  let product: Awaited<ReturnType<typeof startProcesses>>;
  let browser: Browser;
  let files: string;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'manyhead-test-'));
    [product, browser] = await Promise.all([startProcesses(), launchChromium()]);
    ({ page, complaints } = await visit(browser, `${product.address}/data`));
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
    await rm(files, { recursive: true, force: true });
  });

  /** A file as a person has it: what to learn from in columns of other names. */
  const file = async (name: string, change: (lines: string[]) => void = () => {}): Promise<string> => {
    const lines = easyRows(60).map(({ text, labels }, i) => `"${text}",${labels[0].label},${labels[1].label},${i}`);
    change(lines);
    const path = join(files, name);
    await writeFile(path, ['sentence,kind of fruit,mood,number', ...lines].join('\n'));
    return path;
  };
  const stored = async (name: string): Promise<Json> => (await data(product.address, ROWS, { name })).dataset;
  const choose = (path: string, on = page) => on.getByLabel(/^Drop a CSV/).setInputFiles(path);

  it('says line by line why a file cannot be stored, and stores nothing of it', async () => {
    const path = await file('fruit.csv', (lines) => {
      lines[3] = ',apple,happy,3';
      for (let i = 10; i < 40; i++) lines[i] = '"two cells",apple';
    });
    await choose(path);
    await page.getByLabel('What column kind of fruit is').selectOption('task');
    await page.getByLabel('Task of column kind of fruit').fill('fruit');
    await page.getByLabel('What column number is').selectOption('nothing');
    await page.getByRole('button', { name: 'Upload' }).click();
    const refusal = page.getByRole('alert');
    await refusal.getByText('31 problems, of which these are the first 20').waitFor();
    await refusal.getByText('line 5, column "sentence" is "": give a text that is not empty.').waitFor();
    expect(await refusal.getByRole('listitem').count()).toBe(20);
    expect(await stored('fruit')).toBeNull();
    // The browser itself notes the refused request.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('stores the file once it is right, with its columns as they were named', async () => {
    await page.getByRole('button', { name: 'Choose another file' }).click();
    await choose(await file('fruit.csv'));
    expect(await page.getByLabel('What column sentence is').inputValue()).toBe('text');
    await page.getByLabel('Task of column kind of fruit').fill('fruit');
    await page.getByLabel('What column number is').selectOption('nothing');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'fruit', level: 1 }).waitFor();
    expect(await page.getByRole('list', { name: 'Rows of each label of fruit' }).textContent()).toMatch(
      /apple20 33.3 %/,
    );
    expect(await stored('fruit')).toMatchObject({
      rows: 60,
      preview: expect.arrayContaining([
        {
          row: 1,
          text: 'I hate this terrible banana number 1.',
          labels: [
            { task: 'fruit', labels: ['banana'] },
            { task: 'mood', labels: ['sad'] },
          ],
        },
      ]),
    });
  });

  it('stores nothing of a file whose upload was stopped', async () => {
    const path = join(files, 'large.csv');
    await writeFile(path, `text,mood\n${'A row of many that say the same,glad\n'.repeat(600_000)}`);
    await page.goto(`${product.address}/data`);
    await choose(path);
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('progressbar', { name: 'Upload' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Upload' }).waitFor();
    await eventually(
      'nothing half-written to be left',
      async () => (await readdir(join(product.folder, '.unfinished'))).length === 0,
    );
    expect(await stored('large')).toBeNull();
  });

  it('takes a file that is dropped on it, in JSON lines', async () => {
    await page.goto(`${product.address}/data`);
    const line = JSON.stringify({ text: 'dropped', topic: 'one', tags: ['a', 'b'] });
    const transfer = await page.evaluateHandle(`{
      const dropped = new DataTransfer();
      dropped.items.add(new File([${JSON.stringify(`${line}\n`)}], 'Dropped rows.jsonl'));
      dropped;
    }`);
    await page.getByText('Drop a CSV or JSON lines file').dispatchEvent('drop', { dataTransfer: transfer });
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'dropped-rows', level: 1 }).waitFor();
    expect((await stored('dropped-rows')).preview).toMatchObject([
      {
        labels: [
          { task: 'topic', labels: ['one'] },
          { task: 'tags', labels: ['a', 'b'] },
        ],
      },
    ]);
  });

  it('shows and stores a file whose cells are separated by semicolons, as the server reads it', async () => {
    const path = join(files, 'semicolons.csv');
    await writeFile(path, 'text;topic\n"One, two, three, four";a,b\nFive, six, seven, eight;c\n');
    await page.goto(`${product.address}/data`);
    await choose(path);
    expect(await page.getByLabel('What column topic is').inputValue()).toBe('task');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'semicolons', level: 1 }).waitFor();
    expect((await stored('semicolons')).preview).toMatchObject([
      { text: 'One, two, three, four', labels: [{ task: 'topic', labels: ['a,b'] }] },
      { text: 'Five, six, seven, eight', labels: [{ task: 'topic', labels: ['c'] }] },
    ]);
  });

  it('has rows labelled in place by keyboard, a new task begun, and all else left as it was', async () => {
    await page.goto(`${product.address}/data/fruit`);
    const before = await stored('fruit');
    await page.getByRole('button', { name: 'Label rows' }).press('Enter');
    await page.getByText('Begin another task').press('Enter');
    await page.getByLabel('Name of the task').fill('tags');
    await page.getByLabel('A row may have several').check();
    await page.getByRole('button', { name: 'Begin', exact: true }).press('Enter');
    await page.getByLabel('tags of row 1', { exact: true }).fill('loud | long, and slow');
    await page.getByLabel('tags of row 3', { exact: true }).fill('|');
    await page.getByLabel('fruit of row 2', { exact: true }).fill('cherry');
    await page.getByLabel('mood of row 2', { exact: true }).fill('');
    const tagsOf = (row: number) => page.getByLabel(`tags of row ${row}`, { exact: true }).inputValue();
    let letRead = () => {};
    const mayRead = new Promise<void>((resolve) => {
      letRead = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('DatasetRows')) await mayRead;
      await route.continue();
    });
    const readAgain = page.waitForRequest((request) => request.postData()?.includes('DatasetRows') === true);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await readAgain;
    // While the rows are read again what was typed stays, and cannot be saved twice.
    expect(await tagsOf(1)).toBe('loud | long, and slow');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await page.getByLabel('mood of row 5', { exact: true }).focus();
    letRead();
    await page.getByText('Saved: 4 labels changed.').waitFor();
    // Who has gone on to the next field stays there.
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('mood of row 5');
    await page.unroute('**/graphql');
    const after = await stored('fruit');
    expect(after.preview.slice(0, 2).map(({ labels }: Json) => labels)).toEqual([
      [...before.preview[0].labels, { task: 'tags', labels: ['loud', 'long, and slow'] }],
      [{ task: 'fruit', labels: ['cherry'] }],
    ]);
    expect(after.preview[2].labels).toEqual([...before.preview[2].labels, { task: 'tags', labels: [] }]);
    expect(after.preview.slice(3)).toEqual(before.preview.slice(3));
    // What was saved reads as it was typed, and none of them is told from nothing said.
    expect(await Promise.all([tagsOf(1), tagsOf(2), tagsOf(3)])).toEqual(['loud | long, and slow', '', '|']);
    await page.getByLabel('tags of row 1', { exact: true }).fill('long, and slow');
    await page.getByLabel('tags of row 3', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('Saved: 2 labels changed.').waitFor();
    const { preview } = await stored('fruit');
    expect(preview[0].labels.at(-1)).toEqual({ task: 'tags', labels: ['long, and slow'] });
    expect(preview[2]).toEqual(before.preview[2]);
    await page.getByRole('button', { name: 'Only read' }).click();
    await page.getByLabel('Task', { exact: true }).selectOption('tags');
    await page.getByText('Rows 1 to 1 of 60').waitFor();
  });

  it('refuses labels that were decided on while somebody else changed the rows', async () => {
    await page.goto(`${product.address}/data/fruit`);
    await page.getByRole('button', { name: 'Label rows' }).click();
    await page.getByLabel('mood of row 3', { exact: true }).fill('sad');
    const { digest } = await stored('fruit');
    const change =
      'mutation M($d: String!, $c: [LabelChangeInput!]!) { labelExamples(dataset: "fruit", digest: $d, changes: $c) { digest } }';
    await data(product.address, change, {
      d: digest,
      c: [
        { row: 0, task: 'tags' },
        { row: 1, task: 'mood', label: 'sad' },
      ],
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('has changed meanwhile').waitFor();
    await page.getByRole('button', { name: 'Drop my changes and look again' }).click();
    await page.getByText('Dropped what was not saved.').waitFor();
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Dropped what was not saved.');
    expect(await page.getByRole('region', { name: 'Changes that are not saved' }).count()).toBe(0);
    expect(await page.getByLabel('mood of row 3', { exact: true }).inputValue()).toBe('happy');
    expect((await stored('fruit')).preview[2].labels[1]).toEqual({ task: 'mood', labels: ['happy'] });
    await page.getByLabel('mood of row 3', { exact: true }).fill('so-so');
    await page.getByText('1 label changed, not saved yet').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('adds rows that are pasted', async () => {
    await page.getByText('Add rows').click();
    await page
      .getByRole('textbox', { name: 'Rows' })
      .fill('text\tfruit\tmood\nA ripe apple.\tapple\t\nSour, "cherry"!\tcherry\tsad');
    await page.getByRole('button', { name: 'Add the rows' }).click();
    await page.getByText('2 rows added.').waitFor();
    expect(await stored('fruit')).toMatchObject({ rows: 62 });
  });

  it('tells what would learn as one chooses, and what is wrong at its field', async () => {
    await page.getByRole('link', { name: 'Train on it' }).click();
    const plan = page.getByRole('region', { name: 'What would learn' });
    await plan.getByText('62 rows, going on from the pretrained encoder.').waitFor();
    // Two linear heads on 384 numbers: 3 and 2 labels.
    await plan.getByText('1,925').waitFor();
    await plan.getByText('< 0.1 %').waitFor();
    await plan.getByText('> 99.9 %').waitFor();
    await page.getByText('and where nothing that is served is missing').waitFor();
    await page.getByText('Freeze the lower layers').click();
    await plan.getByText('3,550,853').waitFor();
    await page.getByText('Freeze the encoder').click();
    await page.getByText('Hyperparameters:').click();
    await page.getByLabel('Epochs, at most').fill('100000');
    await page.getByText('hyperparameters.epochs is 100000: give a whole number from 1 to 1000').first().waitFor();
    expect(await page.getByLabel('Epochs, at most').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Epochs, at most').fill('12');
    await page.getByLabel('Epochs, at most').and(page.locator(':not([aria-invalid])')).waitFor();
    await page.getByLabel('Validation split').fill('0.3');
    await page.getByLabel('Take over production').selectOption('NEVER');
    await page.getByText('The mutation').click();
    expect(await page.getByRole('region', { name: 'Text of the mutation' }).textContent()).toContain(
      'hyperparameters: {\n      epochs: 12\n    }',
    );
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the mutation' }).click();
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toContain('epochs: 12');
  });

  it('offers to copy the mutation only where the browser lets a page copy', async () => {
    const elsewhere = await visit(browser, 'about:blank');
    // As it is for a page that came over http from another machine.
    await elsewhere.page.addInitScript("Object.defineProperty(window, 'isSecureContext', { value: false })");
    await elsewhere.page.goto(`${product.address}/train?dataset=fruit`);
    await elsewhere.page.getByText('The mutation').click();
    await elsewhere.page.getByRole('region', { name: 'Text of the mutation' }).waitFor();
    expect(await elsewhere.page.getByRole('button', { name: /^Copy/ }).count()).toBe(0);
    expect(elsewhere.complaints).toEqual([]);
    await elsewhere.close();
  });

  it('follows the training live from the form to its version, and promotes it', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('status').getByText('Succeeded').waitFor();
    await page.getByText('Epoch 12:').waitFor();
    for (const curve of [
      'Loss by epoch',
      'Validation and training loss',
      'Macro F1 of each task',
      'Learning rate of the heads',
    ])
      await page.getByRole('img', { name: curve }).waitFor();
    await page.getByText('promote is NEVER').waitFor();
    await page.getByRole('button', { name: 'Promote version 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { model } = await data(product.address, '{ model { production { number } } }');
    expect(model.production.number).toBe(1);
    await page.getByRole('link', { name: 'Version 1' }).click();
    await page.getByRole('heading', { level: 1, name: /1/ }).waitFor();
  });

  it('asks before a data set is deleted', async () => {
    await page.goto(`${product.address}/data/dropped-rows`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await stored('dropped-rows')).not.toBeNull();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByRole('heading', { name: 'Data', level: 1 }).waitFor();
    expect(await stored('dropped-rows')).toBeNull();
  });

  it('complained of nothing on the way', () => {
    expect(complaints).toEqual([]);
  });

  it('can be used by everybody: wide and narrow, light and dark', async () => {
    await page.goto(`${product.address}/data`);
    await page.getByRole('link', { name: 'fruit' }).waitFor();
    await choose(await file('again.csv'));
    await page.getByLabel('What column mood is').waitFor();
    await expectUsableInAllViews(page);
    await page.goto(`${product.address}/data/fruit`);
    await page.getByRole('button', { name: 'Label rows' }).click();
    await page.getByLabel('mood of row 1', { exact: true }).fill('so-so');
    await expectUsableInAllViews(page);
    await page.goto(`${product.address}/train?dataset=fruit`);
    await page.getByText('62 rows, going on from version 1.').waitFor();
    await page.getByText('Freeze the lower layers').click();
    await page.getByText('Hyperparameters:').click();
    await page.getByText('The mutation').click();
    await page.getByLabel('Learning rate of the encoder').waitFor();
    await expectUsableInAllViews(page);
  });
});
