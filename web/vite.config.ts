import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One folder here is one page there (`graphiql/index.html`); what pages share is hashed under `/assets`. */
export default defineConfig({
  root: at('.'),
  build: {
    outDir: at('../dist/web'),
    emptyOutDir: true,
    rolldownOptions: {
      input: [at('console/index.html'), at('graphiql/index.html')],
      // "use client" in libraries is for React servers: there is none here, so nothing is lost with it.
      checks: { moduleLevelDirective: false },
    },
    target: 'es2022',
    // Files, not data: URLs, so that the content security policy need not allow those for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor alone is 3 MB: a warning about it would say nothing new.
    chunkSizeWarningLimit: 5_000,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
});
