import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm start` in a folder of its own, without starter heads.
 * @param settings beside those of this process's environment
 */
export async function startInstallation(
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly address: string; readonly pid: number; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'manyhead-bench-'));
  const entry = fileURLToPath(new URL('../src/main.js', import.meta.url));
  const environment = { ...process.env, ...settings, DATA_DIR: folder, PORT: '0', STARTER: 'off' };
  const child = spawn(process.execPath, [entry], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  // A bench that is cut off leaves nothing running.
  const end = () => child.kill('SIGINT');
  process.once('exit', end);
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
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', end);
      end();
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}
