import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggedError } from '#src/logged-error.js';

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('an error in the log', () => {
  it('tells its type, its message and where it was thrown, and the same of its cause', () => {
    const error = new TypeError('the head is gone', { cause: new Error('no such task') });
    expect(loggedError(error)).toMatchObject({
      type: 'TypeError',
      message: 'the head is gone',
      stack: expect.stringMatching(/^ {4}at .*logged-error\.test/),
      cause: { type: 'Error', message: 'no such task' },
    });
  });

  it('never holds what JSON.parse could not read, however it is broken', () => {
    const row = fc.record({ text: fc.string({ unit: 'grapheme' }).map((text) => `parcel${text}parcel`) });
    fc.assert(
      fc.property(row, fc.nat(), fc.constantFrom('', '"', '}', 'x', '\n', ','), (value, where, instead) => {
        const json = JSON.stringify(value);
        const at = where % (json.length - 1);
        const error = thrown(() => JSON.parse(json.slice(0, at) + instead + json.slice(at + 1)));
        if (error instanceof SyntaxError) expect(JSON.stringify(loggedError(error))).not.toMatch(/parcel|arce/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds neither what a message quotes nor what hangs on the error beside it', () => {
    const error = Object.assign(new Error('Float cannot represent "a secret "text" of theirs"'), { body: 'secret' });
    expect(JSON.stringify(loggedError(error))).not.toMatch(/secret|theirs/);
    expect(loggedError('a "secret"').message).toBe('a "…"');
  });

  it('keeps the path in a system error', () => {
    const error = Object.assign(new Error("ENOENT: no such file, open '/data/x.json'"), { syscall: 'open' });
    expect(loggedError(error).message).toContain('/data/x.json');
  });
});
