import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '#src/safetensors/write.js';
import { smallFiles, smallWeights, writeFolder } from '../encoder/random-bert.js';
import { ask, data, easyRows, finished, freePort, READY, run, subscription, TRAIN, temporaryFolder } from './stage.js';

describe('a start with another encoder', () => {
  it('embeds and trains with it, and does not mistake its vectors for those of versions made before', async () => {
    const folder = await temporaryFolder();
    const common = { DATA_DIR: join(folder.path, 'data'), PORT: String(await freePort()), STARTER: 'off' };
    const first = run('src/main.js', common);
    const address = (await first.says(READY))[1];
    const { train } = await data(address, TRAIN, { input: { examples: easyRows() } });
    expect(await finished(address, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    await first.end('SIGINT');

    const encoder = await writeFolder(
      join(folder.path, 'small-bert'),
      smallFiles({ 'model.safetensors': writeSafetensors(smallWeights('bert.')) }),
    );
    const second = run('src/main.js', { ...common, ENCODER: encoder });
    await second.says(READY);
    expect((await data(address, '{ embed(texts: ["a"]) { dimensions } }')).embed).toEqual([{ dimensions: 32 }]);
    for (const query of [
      '{ classify(texts: ["a"]) { text } }',
      'mutation { train(input: { examples: [{ text: "a", labels: [{ task: "t", label: "x" }] }] }) { id } }',
    ])
      expect((await ask(address, query)).errors[0].extensions.code).toBe('CONFLICT');
    const other = await data(address, TRAIN, { input: { model: 'small', examples: easyRows() } });
    expect(await finished(address, other.train.id)).toMatchObject({ status: 'SUCCEEDED', version: { number: 1 } });
    await second.end('SIGINT');
    await folder.remove();
  });
});

describe('a start with GraphiQL and introspection off', () => {
  it('shows no page and does not describe itself, over HTTP and WebSocket, but answers', async () => {
    const folder = await temporaryFolder();
    const running = run('src/main.js', {
      DATA_DIR: folder.path,
      PORT: String(await freePort()),
      GRAPHIQL: 'off',
      INTROSPECTION: 'off',
      STARTER: 'off',
    });
    const address = (await running.says(READY))[1];
    expect((await fetch(`${address}/graphql`, { headers: { accept: 'text/html' } })).status).not.toBe(200);
    const question = '{ __schema { types { name } } }';
    const refused = { extensions: { code: 'INTROSPECTION_DISABLED' } };
    expect((await ask(address, question)).errors[0]).toMatchObject(refused);
    await expect(subscription(address, question)).rejects.toMatchObject({ 0: refused });
    expect((await data(address, '{ embed(texts: ["a"]) { dimensions } }')).embed).toEqual([{ dimensions: 384 }]);
    expect((await data(address, '{ models { name } }')).models).toEqual([]);
    expect((await running.end('SIGTERM')).code).toBe(0);
    await folder.remove();
  });
});

describe('a first start that finds what a disk has left of the claim of another', () => {
  it('trains the starter heads', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'starter.json'), 'null');
    const running = run('src/main.js', { DATA_DIR: folder.path, PORT: String(await freePort()) });
    await running.says(/Training the starter heads/);
    await running.end('SIGINT');
    await folder.remove();
  });
});
