import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

const executablePath = '/usr/bin/chromium';
const missing = !existsSync(executablePath) && !process.env.CI;
if (missing)
  console.warn(`SKIPPED: no ${executablePath} (apt-get install chromium), so no page was opened in a browser.`);

/** A `describe` for stories told in a real browser: left out where there is none, except in CI, where they then fail. */
export const describeInBrowser = describe.skipIf(missing);

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
