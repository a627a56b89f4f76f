import { describe, expect, it } from 'vitest';
import { problems, read } from './read-file.js';

describe('a file of JSON lines', () => {
  const format = 'json-lines' as const;

  it('has its tasks as keys, or under labels, as single labels or lists', async () => {
    const lines = [
      '{"text": "a", "topic": "x", "tags": ["u", "v"], "split": "test"}',
      '{"text": "b", "labels": {"topic": "y", "tags": []}}',
      '',
      '{"text": "c", "labels": [{"task": "topic", "label": "x"}, {"task": "tags", "labels": ["u"]}]}',
      '{"text": "d", "topic": 7, "stars": null, "label": true}',
    ];
    expect(await read(lines.join('\r\n'), { format })).toEqual([
      { text: 'a', labels: { topic: 'x', tags: ['u', 'v'] }, split: 'TEST' },
      { text: 'b', labels: { topic: 'y', tags: [] } },
      { text: 'c', labels: { topic: 'x', tags: ['u'] } },
      { text: 'd', labels: { topic: '7', label: 'true' } },
    ]);
  });

  it('is refused with the lines that are wrong', async () => {
    const lines = [
      '{"text": "a"',
      '[1]',
      '{"topic": "x"}',
      '{"text": "a", "topic": {}}',
      '{"text": "b", "topic": ["x"]}',
      '{"text": "b", "topic": "x"}',
    ];
    const { problems: told } = await problems(lines.join('\n'), { format });
    expect(told.map(({ line, column }) => [line, column])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'text'],
      [4, 'topic'],
      [5, 'topic'],
    ]);
    expect(told[4].message).toMatch(/one label in rows before|a list here/);
  });

  it('is refused where no row has a key that was named', async () => {
    const lines = '{"text": "a", "topic": "x"}\n{"text": "b", "mood": null}\n';
    expect(await read(lines, { format, query: 'task.m=mood&task.t=topic&split=' })).toHaveLength(2);
    for (const [query, field, named] of [
      ['task.intent=topik', 'task.intent', 'topik'],
      ['split=part&task.intent=topic', 'split', 'part'],
      ['text=Text', 'text', 'Text'],
    ])
      await expect(read(lines, { format, query })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        field,
        message: `${field} is "${named}": the columns are text, topic, mood.`,
      });
    // What is wrong with a line comes first: the key may stand there.
    expect(await problems(`${lines}{"text": "c", "topik"}`, { format, query: 'task.intent=topik' })).toMatchObject({
      problems: [{ line: 3 }],
    });
  });

  it('is refused where a row has labels of a task twice', async () => {
    const lines = [
      '{"text": "a", "labels": [{"task": "t", "label": "a"}, {"task": "t", "label": "b"}]}',
      '{"text": "a", "t": "a", "labels": {"t": "b"}}',
      '{"text": "a", "labels": [{"task": "t", "label": "a", "labels": ["b"]}]}',
      '{"text": "a", "labels": [{"task": "t", "label": "a", "labels": null}]}',
    ];
    const { problems: told, count } = await problems(lines.join('\n'), { format });
    expect(count).toBe(3);
    expect(told).toMatchObject([
      {
        line: 1,
        column: 'labels.t',
        value: '"b"',
        message: expect.stringContaining('task "t" has labels in this row'),
      },
      { line: 2, column: 'labels.t', value: '"b"' },
      { line: 3, column: 'labels.t', value: '["b"]', message: expect.stringContaining('has labels in this row') },
    ]);
  });

  it('is refused where a label is a number that is not what was written', async () => {
    const numbers = ['1e400', '12345678901234567890', '-9007199254740992', '[1, 1e400]'];
    const lines = numbers.map((number) => `{"text": "a", "t${number.length}": ${number}}`);
    const { problems: told } = await problems(lines.join('\n'), { format });
    expect(told.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
    expect(told[0]).toMatchObject({ column: 't5', message: expect.stringContaining('put it in quotes') });
    expect(await read('{"text": "a", "t": 9007199254740991, "u": -0.5}', { format })).toEqual([
      { text: 'a', labels: { t: '9007199254740991', u: '-0.5' } },
    ]);
  });

  it('is not taken into memory where a line never ends', async () => {
    const { problems: told } = await problems('x'.repeat(1_100_000), { format, size: 100_000 });
    expect(told[0].message).toMatch(/longer than 1000000 characters/);
  });

  it('is refused where a line is too long, also where it is whole by the time it is looked at', async () => {
    const long = `{"text": "a", "t": "b"${' '.repeat(1_000_000)}}`;
    const lines = `{"text": "a"}\n${long}\n{"text": "b"}\n`;
    for (const size of [70_000, 5_000_000])
      expect((await problems(lines, { format, size })).problems).toMatchObject([{ line: 2, value: undefined }]);
  });

  it('has keys that are shown cut where they are long', async () => {
    const key = 'k'.repeat(100_000);
    const { problems: told } = await problems(`{"text": "a", "${key}": "b"}`, { format });
    expect(told).toMatchObject([{ line: 1, column: 'k'.repeat(200) }]);
  });

  it('is read once, also where a long line comes a byte at a time', { timeout: 15_000 }, async () => {
    const line = `{"text": "a", "t": "b"${' '.repeat(900_000)}}`;
    expect(await read(line, { format, size: 1 })).toEqual([{ text: 'a', labels: { t: 'b' } }]);
  });
});
