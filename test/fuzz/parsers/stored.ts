import { expect } from 'vitest';
import { sealed, unsealed } from '#src/artifacts/seal.js';
import { readHistory, readJob } from '#src/jobs/earlier-records.js';
import { readVersion } from '#src/registry/version.js';
import type { Parser } from './explore.js';
import { isForCallers, readOrRefused } from './refused.js';
import { inJson } from './words.js';

/** What was changed is never taken for what was stored, but where the change took the checksum away. */
function stored<T>(what: string, values: readonly unknown[], parse: (text: string) => T): Parser {
  // What an earlier release wrote has no checksum.
  const files = values.flatMap((value) => [sealed(value), Buffer.from(JSON.stringify(value))]);
  const known = new Set(files.map((file) => JSON.stringify(unsealed(what, file, parse))));
  return {
    what,
    files,
    words: [...inJson, '"checksum"', '"format"', '"kind"', '"order"', '"state"', '"status"', '"reports"'],
    modules: ['/dist/src/artifacts/', '/dist/src/registry/', '/dist/src/jobs/'],
    check(file) {
      const value = readOrRefused(() => unsealed(what, file, parse), isForCallers);
      if (value !== undefined && /,\n {2}"checksum": "[^"]*"\n\}\n$/.test(file.toString()))
        expect(known).toContain(JSON.stringify(value));
    },
  };
}

export const storedParsers: readonly Parser[] = [
  stored(
    'version.json',
    [{ format: 1, model: 'easy', number: 1, tasks: [{ task: 'topic', labels: ['a'] }] }],
    readVersion,
  ),
  stored(
    'the record of a job',
    [
      { id: '0', order: { kind: 'TRAIN', model: 'easy' }, state: { status: 'QUEUED' } },
      { id: '1', order: { model: 'easy' }, state: { status: 'SUCCEEDED', reports: [] } },
    ],
    readJob,
  ),
  stored(
    'the history of a job',
    [
      [
        { epoch: 1, trainLoss: 1 },
        { epoch: 2, seconds: { learning: 1 } },
      ],
    ],
    readHistory,
  ),
];
