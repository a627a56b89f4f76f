import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The client and everything it needs, as a browser gets it: one script, minified, that puts `createClient` on the page. */
export async function bundledClient(): Promise<string> {
  const built = await build({
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: 'dist/src/client/client.js', formats: ['iife'], name: 'manyhead' },
    },
  });
  const outputs = Array.isArray(built) ? built.flatMap(({ output }) => output) : 'output' in built ? built.output : [];
  return outputs.map((each) => ('code' in each ? each.code : '')).join('');
}
