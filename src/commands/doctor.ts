import type { Command } from 'commander';
import { type ServerOptions, serverCommand } from './connection.js';
import type { Finding } from './doctor/check.js';
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
      // Loaded here, for no other command needs the encoder and the queue.
      const { look } = await import('./doctor/look.js');
      for await (const finding of look(options, isAsked)) {
        findings.push(finding);
        if (!options.json) await print(shown(finding));
      }
      const wrong = findings.filter(({ outcome }) => outcome === 'failed').length;
      if (options.json) await printJson({ healthy: wrong === 0, findings });
      if (wrong > 0) throw new Failed();
    });

function shown({ what, outcome, found, mend }: Finding): string {
  const { green, yellow, red, dim } = coloursOf(process.stdout);
  const marks = { ok: green('✓'), warning: yellow('!'), failed: red('✗') };
  const line = `${marks[outcome]} ${dim(what.padEnd(12))} ${harmless(found)}`;
  return mend === undefined ? line : `${line}\n${' '.repeat(15)}${dim('→')} ${mend}`;
}
