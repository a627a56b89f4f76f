import { expect } from 'vitest';
import { message, readAnswer } from '#src/queue/embedded/wire.js';
import type { Parser } from './explore.js';
import { isPlain, readOrRefused } from './refused.js';

export const wireParsers: readonly Parser[] = [
  {
    what: 'what the database of the embedded queue says',
    files: [
      Buffer.concat([
        message('T', 1),
        message('A', 7, 'jobs', ''),
        message('C', 'SELECT 1'),
        message('Z', Buffer.from('I')),
      ]),
    ],
    words: ['\0\0\0\u0004', '\0\0\0\u0005', '\0\0\0\0', '\u00ff\u00ff', 'Z', 'A', 'E', 'I', 'T'],
    modules: ['/dist/src/queue/embedded/'],
    check(file) {
      const read = readOrRefused(() => readAnswer(file), isPlain);
      if (read) expect(read.own.length + read.notifications.length).toBe(file.length);
    },
  },
];
