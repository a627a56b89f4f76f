import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that are short to read and long to run. */
const LONG = ['/torture/', '/system/hanging-encoder', '/system/unread-log', '/queue/clocks'];

/** Begins with what takes long, so that none of it is left alone at the end. Vitest by itself goes by the size of files. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((part) => moduleId.includes(part));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((each) => !isLong(each))];
  }
}

// Tests import the built product (`#src/...` is dist/src/...), and start it as processes: `npm test` builds it first.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The built product runs in Node as it is, not through Vite: the same modules as in production, each once.
    server: { deps: { external: [/\/dist\/(src|worker)\//] } },
    globalSetup: 'test/queue/made-before.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // On two cores: a third of the time a test file waits, for a lease to end or a process to stop. More than three would only starve the
    // servers they start.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
  },
});
