import { Command, Option } from 'commander';
import { type Client, ClientError, type ClientOptions, createClient } from '../client/client.js';
import { UsageError } from './ending.js';
import { whole } from './numbers.js';

/** Options of every command that asks a server. */
export interface ServerOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly json?: boolean;
}

/** Options of every command that a version answers. */
export interface VersionOptions extends ServerOptions {
  readonly model: string;
  readonly version?: number;
  readonly alias?: string;
}

/** Where `manyhead serve` listens from the same shell. */
const DEFAULT_URL = `http://127.0.0.1:${Number(process.env.PORT) || 4000}`;

/** A command that asks a server. */
export const serverCommand = (name: string): Command =>
  new Command(name)
    .addOption(new Option('--url <url>', 'where the server is').env('MANYHEAD_URL').default(DEFAULT_URL))
    .addOption(new Option('--api-key <key>', 'a key of the server; safer in the variable').env('MANYHEAD_API_KEY'))
    .option('--json', 'print JSON');

/** Adds the option that names a model. */
export const ofModel = (command: Command): Command => command.option('-m, --model <name>', 'the model', 'default');

/** Adds the options that say which version answers. */
export const ofVersion = (command: Command): Command =>
  ofModel(command)
    .option('--version <number>', 'the version; what --alias points to when absent', whole)
    .option('--alias <name>', 'the alias; production when absent');

/**
 * A client of the server that the options name.
 * @throws UsageError
 */
export function clientOf({ url, apiKey }: ServerOptions, more: Omit<ClientOptions, 'url' | 'apiKey'> = {}): Client {
  try {
    return createClient({ url, apiKey, ...more });
  } catch (error) {
    throw error instanceof ClientError && error.field === 'url' ? new UsageError(`--${error.message}`) : error;
  }
}

/** What to write behind a command to reach the same server, for advice that can be copied; empty where nothing is needed. */
export const sameServer = ({ url }: ServerOptions): string =>
  url === (process.env.MANYHEAD_URL || DEFAULT_URL) ? '' : ` --url ${url}`;
