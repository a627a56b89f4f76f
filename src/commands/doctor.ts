import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { messageOf } from '../errors.js';
import { clientOf, type ServerOptions, serverCommand } from './connection.js';
import { type Finding, failed } from './doctor/check.js';
import { checkDataFolder } from './doctor/data-folder.js';
import { checkEncoder } from './doctor/encoder.js';
import { checkMachine } from './doctor/machine.js';
import { checkPort } from './doctor/port.js';
import { checkQueue } from './doctor/queue.js';
import { checkServer } from './doctor/server.js';
import { Failed } from './ending.js';
import { coloursOf } from './terminal/colours.js';
import { harmless, print, printJson } from './terminal/output.js';

/** `manyhead doctor`: what would keep Manyhead from running here, and how to mend it. */
export const doctor = (): Command =>
  serverCommand('doctor')
    .summary('find what is wrong, and how to mend it')
    .description(
      'Look at everything that Manyhead needs: Node, the port, the data folder, the queue, the encoder, and a server that runs. Exit code 1 where something would not work.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead doctor\n  $ PORT=8080 DATA_DIR=/var/lib/manyhead manyhead doctor --json',
    )
    .action(async (options: ServerOptions, command: Command) => {
      const isAsked = command.getOptionValueSource('url') !== 'default';
      const findings: Finding[] = [];
      for await (const finding of look(options, isAsked)) {
        findings.push(finding);
        if (!options.json) await print(shown(finding));
      }
      const wrong = findings.filter(({ outcome }) => outcome === 'failed').length;
      if (options.json) await printJson({ healthy: wrong === 0, findings });
      if (wrong > 0) throw new Failed();
    });

/** Looks at one thing after the other, so that the first findings are told at once. */
async function* look(options: ServerOptions, isAsked: boolean): AsyncGenerator<Finding, void> {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  yield* checkMachine(engines.node);
  try {
    const config = readConfig(process.env);
    yield await checkPort(config.host, config.port);
    yield* await checkDataFolder(config.dataFolder);
    yield await checkQueue(config.queue);
    yield await checkEncoder(config);
  } catch (error) {
    yield failed('settings', messageOf(error), 'Correct the environment variable: docs/configuration.md has them all.');
  }
  yield* await checkServer(options.url, clientOf(options), isAsked);
}

function shown({ what, outcome, found, mend }: Finding): string {
  const { green, yellow, red, dim } = coloursOf(process.stdout);
  const marks = { ok: green('✓'), warning: yellow('!'), failed: red('✗') };
  const line = `${marks[outcome]} ${dim(what.padEnd(12))} ${harmless(found)}`;
  return mend === undefined ? line : `${line}\n${' '.repeat(15)}${dim('→')} ${mend}`;
}
