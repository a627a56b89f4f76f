import type { Page } from 'playwright-core';
import { expectUsable, views } from './stage.js';

/** Looks at a page as it stands in every view, without loading it again. */
export async function expectUsableInAllViews(page: Page): Promise<void> {
  for (const { width, colorScheme } of views) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await expectUsable(page);
  }
}
