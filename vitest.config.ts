import { defineConfig } from 'vitest/config';

// Tests import the built product (`#src/...` is dist/src/...), and start it as processes: `npm test` builds it first.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The built product runs in Node as it is, not through Vite: the same modules as in production, each once.
    server: { deps: { external: [/\/dist\/(src|worker)\//] } },
    globalSetup: 'test/queue/made-before.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more test files at once than that would only starve the servers they start.
    maxWorkers: 2,
  },
});
