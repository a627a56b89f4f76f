import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data, easyRows, finished, TRAIN } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { startProcesses } from './processes.js';
import { expectUsable, visit } from './stage.js';
import { expectUsableInAllViews } from './views.js';

const MODEL = 'a-model-with-a-name-of-sixty-four-characters-which-is-the-most-x'.slice(0, 64);

/** As long as the API takes labels, and told apart at their beginnings only. */
const longLabel = (label: string) =>
  `${label} which somebody named in a whole sentence of many words, `.padEnd(200, 'x');

const overflow = (place: { scrollWidth: number; clientWidth: number }): number => place.scrollWidth - place.clientWidth;

describeInBrowser('names as long as they can be', () => {
  let product: Awaited<ReturnType<typeof startProcesses>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProcesses(), launchChromium()]);
    const examples = easyRows(120).map(({ text, labels }) => ({
      text,
      labels: labels.map(({ task, label }) => ({ task, label: longLabel(label) })),
    }));
    const { train } = await data(product.address, TRAIN, {
      input: { model: MODEL, examples, hyperparameters: { epochs: 2 }, promote: 'ALWAYS' },
    });
    await finished(product.address, train.id);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  it('leave all numbers of a version to be seen, wide and narrow', async () => {
    const { page, complaints, close } = await visit(browser, `${product.address}/models/${MODEL}/versions/1`);
    const confusion = page.getByRole('region', { name: /^Confusion of/ }).first();
    await confusion.waitFor();
    await expectUsableInAllViews(page);
    const labels = page.getByRole('region', { name: /worst first$/ }).first();
    await page.setViewportSize({ width: 1440, height: 800 });
    for (const place of [confusion, labels]) expect(await place.evaluate(overflow)).toBe(0);
    await page.setViewportSize({ width: 360, height: 800 });
    for (const place of [confusion, labels]) {
      const [around, number] = await Promise.all([place.boundingBox(), place.getByRole('cell').first().boundingBox()]);
      expect((number?.x ?? 0) + (number?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0));
    }
    expect(await labels.getByRole('rowheader').first().locator('[title]').getAttribute('title')).toMatch(/^\w+ .*x$/);
    expect(complaints).toEqual([]);
    await close();
  });

  it('of many labels are listed with all that is confused', async () => {
    const examples = Array.from({ length: 210 }, (_, i) => ({
      text: `Nothing tells what this one is, number ${i}.`,
      labels: [{ task: 'guess', label: `label-${(i * 5) % 14}` }],
    }));
    const input = {
      model: 'guesses',
      examples,
      hyperparameters: { epochs: 2 },
      validationSplit: 0.5,
      promote: 'ALWAYS',
    };
    const { train } = await data(product.address, TRAIN, { input });
    await finished(product.address, train.id);
    const { page, close } = await visit(browser, `${product.address}/models/guesses/versions/1`);
    const pairs = page.getByRole('region', { name: 'What guess confuses most' }).getByRole('row');
    await page.getByRole('button', { name: /^All \d+ pairs$/ }).click();
    expect(await pairs.count()).toBeGreaterThan(11);
    await close();
  });

  it('do not push the pages around them aside', async () => {
    const { page, close } = await visit(browser, `${product.address}/models`, { width: 360, colorScheme: 'light' });
    for (const path of ['/models', `/models/${MODEL}`, `/?model=${MODEL}`, `/train?model=${MODEL}`, '/runs']) {
      await page.goto(`${product.address}${path}`, { waitUntil: 'networkidle' });
      await expectUsable(page);
    }
    await close();
  });
});
