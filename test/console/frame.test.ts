import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { install } from '../access/stage.js';
import { describeInBrowser, launchChromium } from '../web/chromium.js';
import { expectUsable, startProduct, views, visit } from './stage.js';

/** What the first page may take over the network, compressed, in bytes. */
const FIRST_LOAD = 300 * 1024;

describeInBrowser('the console of a server that has learned nothing yet', () => {
  let product: Awaited<ReturnType<typeof startProduct>>;
  let browser: Browser;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct({ STARTER: 'off' }), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await product?.close();
  });

  const at = (path: string, view = views[2]) => visit(browser, `${product.address}${path}`, view);

  it('is served at its own addresses, under a policy that lets in nothing from elsewhere and nothing inline', async () => {
    for (const path of [
      '/',
      '/runs',
      '/runs/some-id',
      '/models/default/versions/3',
      '/data/questions',
      '/train',
      '/api',
    ]) {
      const { status, headers } = await fetch(`${product.address}${path}`);
      expect({ path, status, type: headers.get('content-type') }).toMatchObject({ status: 200, type: /html/ });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('leaves addresses that it does not know to the API, and says so to a browser in words', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.1']) {
      const answer = await fetch(`${product.address}/nonsense`, { headers: { accept } });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    }
    const { page, close } = await at('/nonsense');
    await page.getByText('There is no page at this address.').waitFor();
    expect((await page.reload())?.status()).toBe(404);
    await close();
  });

  it('loads little at first, all of it from the server, and what it loads is kept for good', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const loaded: Promise<{ url: string; bytes: number; cache: string | undefined }>[] = [];
    page.on('response', (response) => {
      if (response.request().method() === 'GET')
        loaded.push(
          response
            .request()
            .sizes()
            .then(({ responseBodySize }) => ({
              url: response.url(),
              bytes: responseBodySize,
              cache: response.headers()['cache-control'],
            })),
        );
    });
    await page.goto(product.address, { waitUntil: 'networkidle' });
    const files = await Promise.all(loaded);
    expect(new Set(files.map(({ url }) => new URL(url).origin))).toEqual(new Set([product.address]));
    for (const { url, cache } of files)
      expect({ url, cache }).toMatchObject({ cache: url.includes('/assets/') ? /immutable/ : 'no-cache' });
    expect(files.length).toBeGreaterThan(3);
    expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(FIRST_LOAD);
    await context.close();
  });

  it.each(views)('says what to do where nothing is there, $width wide and $colorScheme', async (view) => {
    const { page, complaints, close } = await at('/', view);
    await page.getByText('there is none yet').waitFor();
    expect(await page.getByRole('link', { name: 'Train one' }).getAttribute('href')).toBe('/train');
    await expectUsable(page);
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('There is no model yet').waitFor();
    await expectUsable(page);
    await page.getByRole('link', { name: 'API' }).click();
    await page.getByRole('link', { name: 'Open GraphiQL' }).waitFor();
    await page.getByText(/^Each text is encoded once/).click();
    await page.getByText('query Classify').waitFor();
    await expectUsable(page);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says so where there is no such page, model or version', async () => {
    const { page, close } = await at('/runs/some/thing/else');
    await page.getByText('There is no page at this address.').waitFor();
    await page.goto(`${product.address}/models/nobody`);
    await page.getByText('There is no model nobody.').waitFor();
    await page.goto(`${product.address}/models/nobody/versions/7`);
    await page.getByText('There is no version 7 of nobody.').waitFor();
    await close();
  });

  it('is walked through by keyboard alone', async () => {
    const { page, close } = await at('/');
    await page.getByRole('heading', { name: 'Try', level: 1 }).waitFor();
    const focused = () => page.evaluate('document.activeElement.innerText || document.activeElement.id');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await focused()).toContain('Write or paste texts');
    await page.getByRole('link', { name: 'Try', exact: true }).focus();
    await page.keyboard.press('Tab');
    while ((await focused()) !== 'Models') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Models', level: 1 }).waitFor();
    await expect.poll(focused).toContain('A model is a line of versions');
    expect(await page.getByRole('link', { name: 'Models' }).getAttribute('aria-current')).toBe('page');
    expect(await page.title()).toBe('Models · Manyhead');
    await close();
  });

  it('keeps the colours that were chosen', async () => {
    const { page, close } = await at('/', { width: 1440, colorScheme: 'dark' });
    const brightness = async () => {
      const colour = String(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'));
      return Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
    };
    expect(await brightness()).toBeLessThan(60);
    await page.getByLabel('Colours').selectOption('Light');
    expect(await brightness()).toBeGreaterThan(200);
    await page.reload();
    await page.getByLabel('Colours').waitFor();
    expect(await brightness()).toBeGreaterThan(200);
    await close();
  });

  it('asks for an API key where the server does, and forgets it with the tab', async () => {
    const home = await install();
    const key = (await home.keys('create', 'console', '--scope', 'read')).trim();
    const { address } = await home.start();
    const { page, close } = await visit(browser, `${address}/models`);
    await page.getByRole('heading', { name: 'API key' }).waitFor();
    await expectUsable(page);
    await page.keyboard.type('not-a-key');
    await page.keyboard.press('Enter');
    await page.getByText('The server did not take that key.').waitFor();
    expect(await page.getByRole('button', { name: 'Forget key' }).count()).toBe(0);
    expect((await page.getByLabel('Key', { exact: true }).boundingBox())?.width).toBeLessThan(600);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.keyboard.press('Enter');
    await page.getByText('There is no model yet').waitFor();
    expect(await page.evaluate('JSON.stringify({ ...localStorage })')).toBe('{}');

    await page.reload();
    await page.getByText('There is no model yet').waitFor();
    await page.getByRole('button', { name: 'Forget key' }).click();
    await page.getByRole('heading', { name: 'API key' }).waitFor();
    await close();
    await home.remove();
  });

  it('says so where the server has gone, and goes on by itself when it is back', async () => {
    const { page, close } = await at('/');
    await page.getByText('there is none yet').waitFor();
    await page.context().setOffline(true);
    await page.getByRole('textbox', { name: 'Texts' }).fill('Is anybody there?');
    await page.getByText('The server cannot be reached.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('there is none yet').waitFor();
    expect(await page.getByText('The server cannot be reached.').count()).toBe(0);

    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('It could not be loaded').waitFor();
    await page.getByRole('button', { name: 'Load again' }).waitFor();
    await page.context().setOffline(false);
    await page.getByText('There is no model yet').waitFor();
    await close();
  });
});
