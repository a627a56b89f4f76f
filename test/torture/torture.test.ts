import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../system/stage.js';
import { openCast } from './cast.js';
import { losses } from './check.js';
import { startClients } from './clients.js';
import { mountDisk } from './disk.js';
import { drained } from './drained.js';
import { age } from './folder.js';
import { havoc } from './havoc.js';
import { readSettings } from './settings.js';
import { newWitness } from './witness.js';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

describe.each(readSettings(process.env))('two APIs, three workers and a queue on $queue, tortured', (settings) => {
  it('lose nothing that was accepted', { timeout: 10_000 * settings.seconds + 600_000 }, async () => {
    const { seed, seconds, kills, queue } = settings;
    say(`npm run torture -- --queue ${queue} --minutes ${seconds / 60} --kills ${kills} --seed ${seed}`);
    const folder = await temporaryFolder();
    const dataFolder = join(folder.path, 'data');
    await mkdir(dataFolder);
    const disk = await mountDisk(dataFolder);
    const cast = await openCast(settings, dataFolder, join(folder.path, 'logs'));
    const began = performance.now();
    const passed = () => `${((performance.now() - began) / 1000).toFixed(1)} s:`;
    let isWell = false;
    try {
      await cast.ready();
      const witness = newWitness();
      say(`${passed()} ready`);
      const clients = startClients(cast.addresses, witness, seed);
      const report = await havoc(settings, cast, disk, seconds > 60 ? say : () => {});
      say(`${passed()} healed`);
      await clients.stop();
      await cast.ready();
      const standings = await drained(cast.addresses[0], witness);
      say(`${passed()} drained`);
      await age(dataFolder);
      await cast.restart();
      say(`${passed()} swept`);
      const found = await losses(cast.addresses, dataFolder, witness, standings);
      say(
        `${JSON.stringify(report)}\n${standings.size} jobs; requests: ${JSON.stringify(Object.fromEntries([...witness.counts].sort()))}`,
      );
      if (found.length > 0) say(`what was lost (${folder.path} has everything):\n${found.join('\n')}`);
      expect(found).toEqual([]);
      isWell = true;
    } finally {
      await cast.end();
      if (isWell) {
        await disk.remove();
        await folder.remove();
      } else say(`kept: ${folder.path}`);
    }
  });
});
