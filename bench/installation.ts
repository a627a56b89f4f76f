import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm start` in a folder of its own, without starter heads. */
export async function startInstallation(): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  const entry = fileURLToPath(new URL('../src/main.js', import.meta.url));
  const environment = { ...process.env, DATA_DIR: folder, PORT: '0', STARTER: 'off' };
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
      const found = said.match(/ready: open (http:\S+)/)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`Manyhead did not start: ${said}`)));
  });
  return {
    address,
    async stop() {
      child.kill('SIGINT');
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
