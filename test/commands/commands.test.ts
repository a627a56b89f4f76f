import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds, type RunningQueue } from '../queue/kinds.js';
import { data, easyRows, type Running, startApi, startWorker, temporaryFolder } from '../system/stage.js';
import { type Call, type Ended, inShell, manyhead, onTerminal } from './stage.js';

const embedded = kinds.find(({ name }) => name === 'embedded') ?? kinds[0];
const ESCAPE = '\u001b[';
/** Learns until it is stopped. */
const ENDLESS = ['--epochs', '1000', '--patience', '1000', '--batch-size', '8'];

describe('the command line, with a server', () => {
  let queue: RunningQueue;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let environment: Record<string, string>;
  let api: { running: Running; address: string };
  let worker: Running;

  const call = (given: readonly string[], more: Call = {}): Promise<Ended> =>
    manyhead(given, { folder: folder.path, ...more, environment: { ...environment, ...more.environment } });
  const succeeded = async (given: readonly string[], more: Call = {}): Promise<string> => {
    const { code, stdout, stderr } = await call(given, more);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  beforeAll(async () => {
    queue = await embedded.prepare();
    folder = await temporaryFolder();
    const settings: Record<string, string> = { DATA_DIR: join(folder.path, 'data'), STARTER: 'off', ...queue.settings };
    [api, worker] = await Promise.all([startApi(settings), startWorker(settings)]);
    environment = { MANYHEAD_URL: api.address, PORT: new URL(api.address).port, ...settings };
    const rows = easyRows().map(({ text, labels }) => `"${text}",${labels[0].label},${labels[1].label}`);
    await writeFile(join(folder.path, 'fruit.csv'), ['text,fruit,mood', ...rows].join('\n'));
    await writeFile(
      join(folder.path, 'fruit.jsonl'),
      easyRows(300)
        .map(({ text, labels }) => JSON.stringify({ body: text, kind: labels[0].label, left: 'out' }))
        .join('\n'),
    );
  });
  afterAll(async () => {
    await Promise.all([api?.running.end('SIGKILL'), worker?.end('SIGKILL')]);
    await queue.remove();
    await folder.remove();
  });

  it('trains on a file while the log shows every epoch, and prints a table', async () => {
    const { code, stdout, stderr } = await call(['train', 'fruit.csv', '--epochs', '6', '--patience', '6', '--follow']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Stored +60 rows as data set fruit/);
    expect(stderr.match(/^epoch \d+ {2}loss [\d.]+ .*fruit [\d.]+ %/gm)).toHaveLength(6);
    expect(stdout).toMatch(/default version 1 {2}now production/);
    expect(stdout).toMatch(/^kept (epoch \d|the best epochs by validation loss: fruit \d, mood \d)/m);
    expect(stdout).toMatch(/^TASK +ACCURACY +MACRO F1 +CALIBRATION ERROR +ROWS$/m);
    expect(stdout).toMatch(/^fruit +[\d.]+ % +[\d.]+ % +[\d.]+ +\d+$/m);
    expect(stdout + stderr).not.toContain(ESCAPE);
  });

  it('leaves labels that were mended since, unless it is told to lose them', async () => {
    await writeFile(join(folder.path, 'mended.csv'), 'text,fruit\nred and round,apple\nlong and yellow,apple\n');
    const mended = ['eval', 'mended.csv'];
    const stored = async () =>
      (await data(api.address, '{ dataset(name: "mended") { digest preview { labels { labels } } } }')).dataset;
    await succeeded(mended);
    await succeeded(mended);
    const { digest } = await stored();
    await data(
      api.address,
      'mutation ($digest: String!) { labelExamples(dataset: "mended", digest: $digest, changes: [{ row: 1, task: "fruit", label: "banana" }]) { digest } }',
      { digest },
    );
    const { code, stderr } = await call(mended);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /"mended" is there with other rows, 2 of them, stored 20.*--replace.*--name NAME.*--dataset mended/,
    );
    expect((await stored()).preview[1].labels).toEqual([{ labels: ['banana'] }]);
    await succeeded([...mended, '--replace']);
    expect((await stored()).digest).toBe(digest);
  });

  it('says that rows are stored where the training on them is refused', async () => {
    const { code, stderr } = await call(['train', 'fruit.csv', '--epochs', '0']);
    expect(code).toBe(1);
    expect(stderr).toContain('--dataset fruit in place of fruit.csv needs no upload');
    expect(stderr).toMatch(/error: hyperparameters.epochs is 0/);
    const { stdout } = await onTerminal(['train', 'fruit.csv', '--epochs', '0'], { environment, folder: folder.path });
    expect(stdout).toMatch(/Stored.* 60 rows as data set fruit/);
    // Nothing that is drawn over takes it away.
    expect(stdout.slice(stdout.indexOf('Stored'))).not.toContain(`${ESCAPE}1A`);
  });

  it('labels texts with what was learned, in a pipe and as JSON', async () => {
    const texts = ['I love this wonderful banana', 'I hate this terrible apple'];
    expect((await succeeded(['classify', ...texts])).split('\n').map((line) => line.split('\t').slice(0, 3))).toEqual([
      [texts[0], 'fruit', 'banana'],
      [texts[0], 'mood', 'happy'],
      [texts[1], 'fruit', 'apple'],
      [texts[1], 'mood', 'sad'],
      [''],
    ]);
    const lines = await succeeded(['classify', '--json', '--task', 'mood'], { input: texts.join('\r\n') });
    const answers = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ text, predictions }) => [text, predictions.length, predictions[0].label])).toEqual([
      [texts[0], 1, 'happy'],
      [texts[1], 1, 'sad'],
    ]);
  });

  it('shows no confidence in a label that it did not give', async () => {
    const given = ['classify', '--allow-abstain', '--task', 'mood', 'The eigenvalues of a compact operator'];
    expect(await succeeded(given)).toBe('The eigenvalues of a compact operator\tmood\t\t\n');
    const [{ predictions }] = JSON.parse(`[${await succeeded([...given, '--json'])}]`);
    const shown = stripVTControlCharacters((await onTerminal(given, { environment, folder: folder.path })).stdout);
    expect(shown).toMatch(/mood {2}out of scope .*%/);
    expect(shown).toContain(`${(100 * predictions[0].outOfScopeScore).toFixed(1)} %`);
  });

  it('says that a worker was lost, and where another goes on', async () => {
    let isReplaced = false;
    let replaced: Promise<void> | undefined;
    const { code, stdout, stderr } = await call(
      [
        'train',
        '--dataset',
        'fruit',
        '--model',
        'orphan',
        '--epochs',
        '300',
        '--patience',
        '300',
        '--batch-size',
        '8',
        '-f',
      ],
      {
        onSaid: (said) => {
          if (isReplaced || !/^epoch 2 /m.test(said)) return;
          isReplaced = true;
          replaced = worker.end('SIGKILL').then(async () => {
            worker = await startWorker(environment);
          });
        },
      },
    );
    await replaced;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /A worker was lost: another has taken the job over\.[\s\S]*It (starts over|goes on from epoch \d+)\./,
    );
    expect(stderr.match(/^epoch 2 /gm)).toHaveLength(1);
    expect(stdout).toContain('orphan version 1');
  });

  it('learns with other columns and settings, waits to be promoted, and is rolled back', async () => {
    const id = await succeeded(
      'train fruit.jsonl --name other --text-column body --task-column fruit=kind --freeze-head mood --promote never'.split(
        ' ',
      ),
    );
    await succeeded(['follow', id.trim()]);
    const { model } = await data(
      api.address,
      '{ model { production { number } version(number: 2) { dataset freeze { backbone heads } } } }',
    );
    expect(model).toMatchObject({
      production: { number: 1 },
      version: { dataset: 'other', freeze: { backbone: 'FULL', heads: ['mood'] } },
    });
    expect(await succeeded(['promote', '2'])).toBe('production of default: version 1 → version 2\n');
    const listed = await succeeded(['versions']);
    expect(listed).toMatch(/^ +2 +production .* backbone, head mood +other /m);
    expect(listed).toMatch(/^ +1 +20\d\d-\d\d-\d\d \d\d:\d\d +backbone +fruit /m);
    expect(await succeeded(['rollback'])).toBe('production of default: version 2 → version 1\n');
    const { aliases, versions } = JSON.parse(await succeeded(['versions', '--json']));
    expect(aliases).toEqual([{ name: 'production', version: 1 }]);
    expect(versions.map(({ number }: { number: number }) => number)).toEqual([2, 1]);
  });

  it('measures a version on rows, label by label', async () => {
    const { code, stdout, stderr } = await call(['eval', '--dataset', 'fruit', '--version', '1', '--labels']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^fruit +banana +[\d.]+ % +[\d.]+ % +[\d.]+ % +20$/m);
    const job = JSON.parse(await succeeded(['eval', '--dataset', 'fruit', '--json']));
    expect(job).toMatchObject({ kind: 'EVALUATE', status: 'SUCCEEDED', metrics: [{ support: 60 }, { support: 60 }] });
  });

  it('leaves tasks out and calls labels something else', async () => {
    const rows = easyRows().map(({ text, labels }) => `"${text}",${labels[0].label.replace('apple', 'pear')}`);
    await writeFile(join(folder.path, 'pears.csv'), ['text,fruit', ...rows].join('\n'));
    const given = 'train pears.csv --promote never --remove mood --rename fruit=apple:pear -f --json';
    const { version } = JSON.parse(await succeeded(given.split(' ')));
    const { model } = await data(
      api.address,
      'query Tasks($number: Int!) { model { version(number: $number) { tasks { task labels } } } }',
      { number: version.number },
    );
    const [{ task, labels }, ...others] = model.version.tasks;
    expect([task, [...labels].sort(), others]).toEqual(['fruit', ['banana', 'cherry', 'pear'], []]);
  });

  it('goes on with a job whose follower leaves, and says how to end it', async () => {
    const left = await call(
      [
        'train',
        'fruit.jsonl',
        '--name',
        'other',
        '--text-column',
        'body',
        '--task-column',
        'fruit=kind',
        '--model',
        'endless',
        ...ENDLESS,
        '-f',
      ],
      {
        onSaid: (said, interrupt) => /^epoch 1 /m.test(said) && interrupt(),
      },
    );
    expect(left.code).toBe(130);
    expect(left.stdout).toBe('');
    const [, id] = left.stderr.match(/The job goes on without you[\s\S]*manyhead cancel (\S+)/) ?? [];
    expect(await succeeded(['jobs', '--status', 'RUNNING'])).toContain(id);
    expect(await succeeded(['cancel', id])).toBe(`${id}: cancelled\n`);
    const again = await call(['follow', id]);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error: the job was cancelled'),
      stdout: '',
    });
    const document = await call(['follow', id, '--json']);
    expect(document.code).toBe(1);
    expect(JSON.parse(document.stdout)).toMatchObject({ id, status: 'CANCELLED' });
    expect(await succeeded(['retry', id])).toBe(`${id}\n`);
    await succeeded(['cancel', id]);
  });

  it('turns lines into vectors in their order, blank ones too', async () => {
    const lines = Array.from({ length: 150 }, (_, i) => (i % 7 === 3 ? '' : `text number ${i}`));
    const out = await succeeded(['embed', '--batch', '16', '--dimensions', '8', '--projection', 'TRUNCATE'], {
      input: `${lines.join('\n')}\n`,
    });
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ text }) => text)).toEqual(lines);
    const { embed } = await data(
      api.address,
      'query($texts: [String!]!) { embed(texts: $texts, dimensions: 8, projection: TRUNCATE) { vector } }',
      { texts: lines },
    );
    for (const [i, { vector }] of answers.entries())
      for (const [place, number] of vector.entries()) expect(number).toBeCloseTo(embed[i].vector[place], 6);
  });

  it('ends quietly where its reader has seen enough', async () => {
    const { code, stdout, stderr } = await inShell('seq 100000 | manyhead embed 2> said | head -1; cat said', {
      folder: folder.path,
      environment,
    });
    expect([stdout.split('\n')[0].slice(0, 11), stdout.split('\n').slice(1)]).toEqual(['{"text":"1"', ['']]);
    // `seq` is cut off, too, and says so by its exit code.
    expect([0, 141]).toContain(code);
    expect(stderr).toBe('');
  });

  it('says which line of a file is wrong', async () => {
    await writeFile(join(folder.path, 'broken.csv'), 'text,topic\nfine,a\n,b\n');
    const { code, stdout, stderr } = await call(['train', 'broken.csv']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: .*line 3.*text/m);
  });

  it.each([
    [['embed', '--model', 'nobody', 'a'], 1, /model "nobody" is not there/],
    [['promote', '77'], 1, /version 77 of model "default" is not there/],
    [['train', '--dataset', 'fruit', '--freeze', 'layers:9'], 1, /frozenLayers is 9.*0 to/],
    [['train'], 2, /give a file of rows, or --dataset NAME/],
    [['train', 'nowhere.csv'], 2, /nowhere.csv is not there/],
    [['train', 'fruit.csv', '--freeze', 'most'], 2, /Give backbone, layers:N .* or none/],
    [['train', 'fruit.csv', '--epochs', 'few'], 2, /Give a whole number/],
    [['train', 'fruit.csv', '--loss-weight', 'fruit'], 2, /Give task=number/],
    [['clasify', 'a'], 2, /unknown command 'clasify'\n\(Did you mean classify\?\)/],
    [['classify', '--colour', 'a'], 2, /unknown option '--colour'/],
    [['embed', '--batch', '0', 'a'], 2, /Give 1 to 4096/],
    [['versions', '--url', 'here'], 2, /--url is "here": give http/],
    [['versions', '--url', 'http://127.0.0.1:9'], 3, /Nothing answers at http:\/\/127.0.0.1:9[\s\S]*manyhead serve/],
  ])('refuses %j with exit code %i and one line', async (given, code, message) => {
    const ended = await call(given);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });

  it('draws a bar and curves where a person watches, in colour unless they do not want it', async () => {
    const given = ['train', '--dataset', 'fruit', '--model', 'shown', '--epochs', '20', '-f'];
    const call = { folder: folder.path, environment };
    const { code, stdout } = await onTerminal(given, call);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Done +\S*█{24}.*100 %/);
    expect(stdout).toMatch(/loss.*█.*▁.*validation/);
    const plain = await onTerminal(['versions', '--model', 'shown'], {
      ...call,
      environment: { ...environment, NO_COLOR: '1' },
    });
    const coloured = await onTerminal(['versions', '--model', 'shown'], call);
    expect(plain.stdout).not.toContain(ESCAPE);
    expect(coloured.stdout).toContain(ESCAPE);
    expect(stripVTControlCharacters(coloured.stdout)).toBe(plain.stdout);
  });

  it('finds that all is well', async () => {
    const { code, stdout } = await call(['doctor', '--json']);
    const { healthy, findings } = JSON.parse(stdout);
    expect({ code, healthy }).toEqual({ code: 0, healthy: true });
    expect(findings.map(({ what, outcome }: Record<string, string>) => `${what}: ${outcome}`)).toEqual(
      ['node', 'machine', 'port', 'data folder', 'queue', 'encoder', 'server', 'models', 'clock'].map(
        (what) => `${what}: ok`,
      ),
    );
    const found = JSON.stringify(findings);
    for (const fact of ['Manyhead listens at', 'embedded, runs in', 'default version 1']) expect(found).toContain(fact);
  });
});
