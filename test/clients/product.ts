import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kinds } from '../queue/kinds.js';
import { settingsOver, startApi, startWorker, temporaryFolder } from '../system/stage.js';

export const project = fileURLToPath(new URL('../..', import.meta.url));

/** An API and a worker with a queue between them, and everything they keep in a folder of its own. */
export interface Product {
  readonly address: string;
  /** What the API has said. */
  said(): string;
  stop(): Promise<void>;
}

/** Starts it without starter heads, unless the environment says otherwise; on Redis where that is installed: it is ready sooner. */
export async function startProduct(given: Record<string, string> = {}): Promise<Product> {
  const kind = kinds.findLast(({ missing }) => missing === undefined) ?? kinds[0];
  const [folder, queue] = await Promise.all([temporaryFolder(), kind.prepare()]);
  const environment: Record<string, string> = {
    ...settingsOver(queue, folder.path),
    ...given,
  };
  const [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
  return {
    address: api.address,
    said: api.running.said,
    async stop() {
      await Promise.all([api.running.end('SIGKILL'), worker.end('SIGKILL')]);
      await queue.remove();
      await folder.remove();
    },
  };
}

/** Where the pages of docs/ say that Manyhead runs. */
const DOCUMENTED = '127.0.0.1:4000';

/** The blocks of code of one language under a heading of a page, in order. */
export function documented(page: string, heading: string, language: string): string[] {
  const text = readFileSync(`${project}docs/${page}`, 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/${page} has no "## ${heading}"`);
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))];
  if (blocks.length === 0) throw new Error(`docs/${page} has no ${language} under "## ${heading}"`);
  return blocks.map(([, code]) => code);
}

/**
 * Runs a page's JavaScript as its reader would: in a Node of its own, against this product instead of the usual address.
 * @returns the lines it printed
 * @throws Error with everything it said where it fails, or says anything on standard error
 */
export async function runDocumented(
  { address }: Product,
  page: string,
  heading: string,
  environment: Record<string, string> = {},
): Promise<string[]> {
  const [code] = documented(page, heading, 'js');
  const running = promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', code.replaceAll(DOCUMENTED, new URL(address).host)],
    { cwd: project, timeout: 50_000, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment } },
  );
  const { stdout, stderr } = await running;
  if (stderr) throw new Error(`${page}, ${heading}: ${stderr}`);
  return stdout.trim().split('\n');
}
