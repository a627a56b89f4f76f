import type { Command } from 'commander';
import type { Model } from '../client/client.js';
import { clientOf, ofModel, type ServerOptions, serverCommand } from './connection.js';
import { whole } from './numbers.js';
import { coloursOf } from './terminal/colours.js';
import { print, printJson } from './terminal/output.js';

interface Options extends ServerOptions {
  readonly model: string;
  readonly alias: string;
}

/** `manyhead promote`: points an alias at a version. */
export const promote = (): Command =>
  ofAlias('promote')
    .summary('serve a version')
    .description('Point production, or another alias, at a version. Serving switches without a restart.')
    .argument('<version>', 'its number', whole)
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead promote 3 --model support\n  $ manyhead promote 4 --model support --alias canary',
    )
    .action(async (version: number, options: Options) => {
      const { model, alias } = options;
      const client = clientOf(options);
      const before = await client.versions({ model, first: 1 });
      await printPointed(before, await client.promote({ version, model, alias }), options);
    });

/** `manyhead rollback`: points an alias back. */
export const rollBack = (): Command =>
  ofAlias('rollback')
    .summary('serve the version before')
    .description(
      'Point production, or another alias, back at the version it pointed to before; again, at the one before that.',
    )
    .addHelpText('after', '\nExample:\n  $ manyhead rollback --model support')
    .action(async (options: Options) => {
      const { model, alias } = options;
      const client = clientOf(options);
      const before = await client.versions({ model, first: 1 });
      await printPointed(before, await client.rollBack({ model, alias }), options);
    });

const ofAlias = (name: string): Command =>
  ofModel(serverCommand(name)).option('--alias <name>', 'the alias', 'production');

async function printPointed(before: Model, after: Model, { alias, json }: Options): Promise<void> {
  if (json) return printJson(after);
  const { bold, dim } = coloursOf(process.stdout);
  const was = versionOf(before, alias);
  await print(
    `${alias} of ${after.name}: ${dim(was === undefined ? 'nothing' : `version ${was}`)} → ${bold(`version ${versionOf(after, alias)}`)}`,
  );
}

const versionOf = ({ aliases }: Model, alias: string): number | undefined =>
  aliases.find(({ name }) => name === alias)?.version;
