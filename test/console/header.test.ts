import { describe, expect, it } from 'vitest';
import { separated } from '#src/datasets/reading/separator.js';
import { readStart } from '../../web/console/pages/data/upload/header.js';

async function* whole(text: string): AsyncGenerator<string> {
  yield text;
}

describe('the columns of a file that is chosen in the console', () => {
  it.each([
    ['text,topic\na,b\n', ',', ['text', 'topic']],
    ['\n\ntext;a, if any\nx;y\n', ';', ['text', 'a, if any']],
    ['text\ttopic;or,what\n', '\t', ['text', 'topic;or,what']],
    ['"a,\n""b""";text\ny,z;x\n', ';', ['a,\n"b"', 'text']],
    ['"one; of all"\na;b\n', ',', ['one; of all']],
  ])('are parted by what the server takes: %j', async (file, separator, columns) => {
    expect((await readStart(new File([file], 'rows.csv'), 'utf-8')).columns).toEqual(columns);
    expect((await separated(whole(file))).separator).toBe(separator);
  });
});
