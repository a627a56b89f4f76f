import type { Command } from 'commander';
import type { Version } from '../client/client.js';
import { clientOf, ofModel, type ServerOptions, serverCommand } from './connection.js';
import { whole } from './numbers.js';
import { coloursOf } from './terminal/colours.js';
import { percent, size } from './terminal/figures.js';
import { print, printJson } from './terminal/output.js';
import { table } from './terminal/table.js';

interface Options extends ServerOptions {
  readonly model: string;
  readonly first?: number;
}

/** `manyhead versions`: what a model has learned so far. */
export const versions = (): Command =>
  ofModel(serverCommand('versions'))
    .summary('list the versions of a model')
    .description('List the versions of a model, newest first, with what points to them and how they do.')
    .option('-n, --first <number>', 'how many', whole, 20)
    .addHelpText(
      'after',
      '\nExamples:\n  $ manyhead versions --model support\n  $ manyhead versions --json | jq ".versions[0].metrics"',
    )
    .action(async (options: Options) => {
      const model = await clientOf(options).versions({ model: options.model, first: options.first });
      if (options.json) return printJson(model);
      const { dim, green } = coloursOf(process.stdout);
      const aliases = (number: number) =>
        model.aliases
          .filter(({ version }) => version === number)
          .map(({ name }) => (name === 'production' ? green(name) : name))
          .join(', ');
      await print(
        table<Version>(
          [
            { title: 'version', cell: ({ number }) => number, align: 'right' },
            { title: 'alias', cell: ({ number }) => aliases(number) },
            { title: 'made', cell: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
            { title: 'frozen', cell: frozen },
            { title: 'data set', cell: ({ dataset }) => dataset ?? '-' },
            { title: 'macro F1', cell: scores },
            { title: 'size', cell: ({ sizeBytes }) => size(sizeBytes), align: 'right' },
          ],
          model.versions,
          dim,
        ),
      );
    });

/** As `train --freeze` says it. */
function frozen({ freeze: { backbone, frozenLayers, heads } }: Version): string {
  const encoder = backbone === 'FULL' ? 'backbone' : backbone === 'NONE' ? 'none' : `layers:${frozenLayers}`;
  return [encoder, ...heads.map((head) => `head ${head}`)].join(', ');
}

const scores = ({ metrics }: Version): string =>
  metrics.map(({ task, macroF1 }) => `${task} ${percent(macroF1)}`).join(', ');
