import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { run, temporaryFolder } from '../system/stage.js';

export const project = fileURLToPath(new URL('../..', import.meta.url));

/** The whole product, as `npm start` runs it, in a folder of its own. */
export interface Product {
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts it without starter heads, unless the environment says otherwise. */
export async function startProduct(environment: Record<string, string> = {}): Promise<Product> {
  const folder = await temporaryFolder();
  const running = run('src/main.js', {
    DATA_DIR: folder.path,
    PORT: '0',
    STARTER: 'off',
    ENCODER_THREADS: '1',
    ...environment,
  });
  const [, address] = await running.says(/ready: open (http:\S+)\/graphql/);
  return {
    address,
    async stop() {
      await running.end('SIGINT');
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
