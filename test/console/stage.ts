import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { copyMadeDatabase } from '../queue/made-before.js';
import { freePort, READY, run, temporaryFolder } from '../system/stage.js';

/** The whole product as `npm start` starts it, ready: queue, API, worker, and the starter heads learned. */
export async function startProduct(environment: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  await copyMadeDatabase(join(folder.path, 'data', 'queue'));
  const running = run('src/main.js', {
    DATA_DIR: join(folder.path, 'data'),
    PORT: String(await freePort()),
    ...environment,
  });
  const close = async () => {
    await running.end('SIGTERM');
    await folder.remove();
  };
  try {
    const [, address] = await running.says(READY);
    return { address, folder: join(folder.path, 'data'), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How somebody looks at a page. */
export interface View {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** The four views that every page must be good in. */
export const views: readonly View[] = [360, 1440].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** A page opened at an address of its own context; what it complains about is in `complaints`. */
export async function visit(browser: Browser, url: string, { width, colorScheme }: View = views[2]) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** What somebody reads there. */
export const read = async (place: Locator): Promise<string> => (await place.allInnerTexts()).join('\n');

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Fails with the elements in question where axe finds something serious or critical, or where the page scrolls sideways.
 * @param rules of axe that must hold too, however little they matter
 */
export async function expectUsable(page: Page, rules: readonly string[] = []): Promise<void> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  const serious = violations
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || rules.includes(id))
    .map(({ id, help, nodes }) => ({ id, help, elements: nodes.map(({ html }) => html) }));
  expect(serious).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 'scrolls sideways').toBe(0);
}
