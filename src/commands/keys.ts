import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { keysOn } from '../access/keys.js';
import { isScope, type Scope, scopes } from '../access/scopes.js';
import { folderStore } from '../artifacts/folder.js';
import { readConfig } from '../config.js';

const name = () => new Argument('<name>', 'who the key is for, as the history of models and jobs tells');

/** `manyhead keys`: the keys of the data folder. A running API sees what changed within a second. */
export function keysCommand(print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`)): Command {
  const dataFolder = () => resolve(readConfig(process.env).dataFolder);
  const keys = () => keysOn(folderStore(asItsOwner(dataFolder())));
  const command = new Command('keys').description('API keys, kept in the data folder (DATA_DIR)');

  command
    .command('create')
    .description('make a key, and show it this once')
    .usage('--scope <scope> <name>')
    .addArgument(name())
    .addOption(
      new Option('--scope <scope>', 'what it may do: each scope holds the ones before it')
        .choices(scopes)
        .makeOptionMandatory(),
    )
    .action(async (given: string, { scope }: { scope: unknown }) => {
      // The folder is relative where nobody has set it: a key made elsewhere opens nothing.
      const folder = dataFolder();
      print(await keys().create(given, checked(scope)));
      process.stderr.write(`kept in ${folder}\n`);
    });

  command
    .command('list')
    .description('the keys there are, without their secrets')
    .option('--json', 'as JSON')
    .action(async ({ json }: { json?: true }) => {
      const found = (await keys().list()).map(({ sha256: _, ...shown }) => shown);
      if (json) return print(JSON.stringify(found, null, 2));
      if (found.length === 0)
        return print((await keys().newest()) > 0 ? 'No key opens: all were revoked.' : 'There is no key yet.');
      for (const { name, scope, createdAt, lastUsedAt } of found)
        print(`${name}  ${scope}  created ${createdAt}  ${lastUsedAt ? `last used ${lastUsedAt}` : 'never used'}`);
    });

  command
    .command('revoke')
    .description('make a key open nothing any more')
    .addArgument(name())
    .action(async (given: string) => {
      await keys().revoke(given);
      print(`${given} is revoked.`);
    });

  return command;
}

/**
 * Where the data folder is another user's, root becomes that one, for good: files that root has written could be read by nobody else,
 * and an API that cannot read the list of keys lets nobody in.
 * @returns the folder, as it is found also by who may not go through those above it
 */
function asItsOwner(folder: string): string {
  if (process.getuid?.() !== 0) return folder;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === 0) return folder;
  process.chdir(folder);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
  return '.';
}

function checked(scope: unknown): Scope {
  if (!isScope(scope)) throw new Error('commander has let a scope through that is none');
  return scope;
}
