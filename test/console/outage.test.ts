import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { data, easyRows } from '../system/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { startProcesses } from './processes.js';
import { visit } from './stage.js';

describeInBrowser('an API that is killed and started again', () => {
  let product: Awaited<ReturnType<typeof startProcesses>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProcesses(), launchChromium()]);
    const store =
      'mutation Store($examples: [ExampleInput!]!) { createDataset(name: "fruit", examples: $examples) { rows } }';
    await data(product.address, store, { examples: easyRows(60) });
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  it('is asked again by every page that it left without an answer', async () => {
    const visits = await Promise.all(
      ['/', '/data/fruit', '/models'].map((path) => visit(browser, `${product.address}${path}`)),
    );
    const [tried, rows, models] = visits.map(({ page }) => page);
    await tried.getByText('there is none yet').waitFor();
    await rows.getByText('Rows 1 to 25 of 60').waitFor();
    await models.getByText('There is no model yet').waitFor();
    await product.restartApi(async () => {
      await tried.getByRole('textbox', { name: 'Texts' }).fill('Is anybody there?');
      await rows.getByRole('button', { name: 'Next' }).click();
      for (const page of [tried, rows]) await page.getByText('The server cannot be reached.').first().waitFor();
      // What was known stays to be seen beside the problem.
      await rows.goBack();
      await rows.getByText('Rows 1 to 25 of 60').waitFor();
      await rows.getByText('The server cannot be reached.').first().waitFor();
      expect(await rows.getByText('Rows 1 to 25 of 60').count()).toBe(1);
      await rows.goForward();
    });
    await tried.getByText('there is none yet').waitFor();
    await rows.getByText('Rows 26 to 50 of 60').waitFor();
    for (const page of [tried, rows, models])
      expect(await page.getByText('The server cannot be reached.').count()).toBe(0);
    await Promise.all(visits.map(({ close }) => close()));
  });
});
