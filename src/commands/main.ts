#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../version.js';
import { classify } from './classify.js';
import { doctor } from './doctor.js';
import { embed } from './embed.js';
import { ending } from './ending.js';
import { evaluate } from './evaluate.js';
import { follow } from './follow.js';
import { cancel, jobs, retry } from './jobs.js';
import { keysCommand } from './keys.js';
import { promote, rollBack } from './promote.js';
import { serve } from './serve.js';
import { coloursOf } from './terminal/colours.js';
import { endQuietlyWithReader } from './terminal/output.js';
import { train } from './train.js';
import { versions } from './versions.js';
import { worker } from './worker.js';

/** Every command, under its heading in `manyhead --help`: a new one is a file, and its function here. */
const groups: Readonly<Record<string, readonly (() => Command)[]>> = {
  'Run it:': [serve, worker, doctor],
  'Ask it:': [embed, classify],
  'Teach it:': [train, evaluate, versions, promote, rollBack],
  'Jobs:': [jobs, follow, cancel, retry],
  'Guard it:': [keysCommand],
};

endQuietlyWithReader();
const { bold } = coloursOf(process.stdout);
const program = new Command('manyhead')
  .description('One encoder, many heads: sentences into embeddings and labels, and new labels learned.')
  .version(version, '--version', 'print the version')
  .enablePositionalOptions()
  .showSuggestionAfterError()
  .configureHelp({ styleTitle: bold, sortSubcommands: false })
  .addHelpCommand(new Command('help').argument('[command]').summary('what a command takes').helpGroup('Help:'))
  .exitOverride()
  .addHelpText(
    'after',
    `
${bold('Examples:')}
  $ manyhead serve
  $ manyhead classify "Soccer is pretty cool!"
  $ manyhead train tickets.csv --model support --follow

${bold('Environment:')} MANYHEAD_URL, MANYHEAD_API_KEY, NO_COLOR
${bold('Exit codes:')}  0 done, 1 failed, 2 called wrongly, 3 no server answers, 4 not allowed, 130 interrupted`,
  );
for (const [heading, commands] of Object.entries(groups))
  for (const command of commands) program.addCommand(settled(command()).helpGroup(heading));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = ending(error, program);
}

/** A command, and those within it, that end and help as the program does. */
function settled(command: Command): Command {
  for (const each of command.commands) each.copyInheritedSettings(program);
  return command.copyInheritedSettings(program);
}
