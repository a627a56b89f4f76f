import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problems, read } from './read-file.js';

describe('a CSV file', () => {
  it('is read whatever is in its cells, however it comes', async () => {
    const cell = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 12 })
      .filter((text) => text.trim() !== '' && Buffer.from(text).toString() === text);
    const label = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text.trim() === text && text !== '');
    const rows = fc.array(fc.record({ text: cell, topic: fc.option(label) }), { minLength: 1, maxLength: 10 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 20 }),
        async (rows, end, size) => {
          const lines = rows.map(({ text, topic }) => `${quoted(text)},${topic == null ? '' : quoted(topic)}`);
          expect(await read(`text,topic${end}${lines.join(end)}${end}`, { size })).toEqual(
            rows.map(({ text, topic }) => ({ text, labels: topic == null ? {} : { topic } })),
          );
        },
      ),
    );
  });

  it('may begin with a byte order mark, and be in UTF-16 or an older encoding', async () => {
    const file = 'text,topic\nGrüße,Ö\n';
    const expected = [{ text: 'Grüße', labels: { topic: 'Ö' } }];
    const bigEndian = Buffer.from(`\ufeff${file}`, 'utf16le').swap16();
    expect(await read(`\ufeff${file}`)).toEqual(expected);
    expect(await read(Buffer.from(`\ufeff${file}`, 'utf16le'))).toEqual(expected);
    expect(await read(bigEndian)).toEqual(expected);
    expect(await read(Buffer.from(file, 'latin1'), { charset: 'windows-1252' })).toEqual(expected);
    expect(await read(Buffer.from(file, 'utf16le'), { charset: 'utf-16le' })).toEqual(expected);
  });

  it('is refused with the line where its bytes are of another encoding', async () => {
    const file = Buffer.from(`text,topic\nplain,a\nplain,a\nGrüße,b\n`, 'latin1');
    for (const size of [3, 1000])
      expect((await problems(file, { size })).problems).toMatchObject([
        { line: 4, message: expect.stringContaining('not utf-8: give the encoding of the file') },
      ]);
    await expect(read('text,topic\na,b', { charset: 'klingon' })).rejects.toMatchObject({ field: 'charset' });
  });

  it('has columns for the text, the split and the tasks, by name or as they are mapped', async () => {
    const file = 'id,Question,part,Main intent,tags\n1,Where is it?,Dev,delivery,urgent|angry\n2,Hi,,,|\n';
    const query = 'text=Question&split=part&task.intent=Main intent&task.tags[]=tags';
    expect(await read(file, { query })).toEqual([
      { text: 'Where is it?', labels: { intent: 'delivery', tags: ['urgent', 'angry'] }, split: 'VALIDATION' },
      { text: 'Hi', labels: { tags: [] } },
    ]);
    expect(await read('text,tags[],mood\na,x|y,\nb,,sad')).toEqual([
      { text: 'a', labels: { tags: ['x', 'y'] } },
      { text: 'b', labels: { mood: 'sad' } },
    ]);
  });

  it('may separate its cells by semicolons or tabs, as spreadsheets do', async () => {
    const expected = [
      { text: 'Yes, please; now', labels: { topic: 'a,b' }, split: 'TEST' },
      { text: 'x,y', labels: {} },
    ];
    for (const separator of [';', '\t']) {
      const lines = ['', '"text";topic;split', '"Yes, please; now";a,b;test', '"x,y";;', ''];
      const file = lines.map((line) => line.replaceAll(/;(?! )/g, separator)).join('\r\n');
      for (const size of [1, 1000]) expect(await read(file, { size })).toEqual(expected);
    }
    // The header alone tells, by what is not in quotes.
    expect(await read('"a,b";text\nx;y,z\n', { query: 'task.a=a,b' })).toEqual([{ text: 'y,z', labels: { a: 'x' } }]);
    expect(await read('text,topic\na;b;c,x\n')).toEqual([{ text: 'a;b;c', labels: { topic: 'x' } }]);
    expect(await read('text,"a;b"\nx,y', { query: 'task.a=a;b' })).toEqual([{ text: 'x', labels: { a: 'y' } }]);
    expect(await read('text\na;b\tc\n')).toEqual([{ text: 'a;b\tc', labels: {} }]);
  });

  it('has its cells separated by what stands first in the header outside of quotes, which may go over lines', async () => {
    for (const size of [1, 1000]) {
      const named = { size, query: 'task.a=a, if any' };
      expect(await read('text;a, if any\nx;y,z\n', named)).toEqual([{ text: 'x', labels: { a: 'y,z' } }]);
      const comma = { size, query: 'task.a=a; if any' };
      expect(await read('text,a; if any\nx,y;z\n', comma)).toEqual([{ text: 'x', labels: { a: 'y;z' } }]);
      const lines = { size, query: 'task.a=a,%0A"b"' };
      expect(await read('\n"a,\n""b""";text\ny,z;x,x\n', lines)).toEqual([{ text: 'x,x', labels: { a: 'y,z' } }]);
    }
  });

  it('is not guessed to be in UTF-16 where neither a mark nor its sender says so', async () => {
    for (const encoded of [Buffer.from('text,topic\na,b\n', 'utf16le'), Buffer.from('text\na', 'utf16le').swap16()])
      for (const size of [3, 1000])
        await expect(read(encoded, { size })).rejects.toMatchObject({
          code: 'BAD_USER_INPUT',
          field: 'charset',
          message: expect.stringMatching(/read as utf-8, the first line has NUL.*`Content-Type: .*charset=utf-16le`/),
        });
  });

  it.each([
    ['split=Split', 'split', 'split is "Split": the columns are text, topic, split.'],
    ['text=Text', 'text', 'text is "Text": the columns are text, topic, split.'],
    ['task.intent=topik', 'task.intent', 'task.intent is "topik": the columns are text, topic, split.'],
  ])('is refused where a column that was named is not there: %s', async (query, field, message) => {
    const file = read('text,topic,split\na,b,test', { query });
    await expect(file).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field, message });
  });

  it('has no split where its sender names an empty one', async () => {
    expect(await read(',text,split\n1,a,long\n', { query: 'split=&task.split=split' })).toEqual([
      { text: 'a', labels: { split: 'long' } },
    ]);
  });

  it('has the same label, however its letters are written in Unicode, and texts as they are', async () => {
    const rows = await read('text,topic,tags[]\ncafe\u0301, cafe\u0301 ,\u212b|x\n');
    expect(rows).toEqual([{ text: 'cafe\u0301', labels: { topic: 'caf\u00e9', tags: ['\u00c5', 'x'] } }]);
    const { problems: told } = await problems('text,tags[]\na,caf\u00e9|cafe\u0301\n');
    expect(told[0].message).toMatch(/a label stands there twice/);
  });

  it('is refused whole, with the line, column and value of its first problems, and their number', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? `text ${i},a,train` : ',b,nonsense'));
    const { problems: told, count } = await problems(`text,topic,split\n"two\nlines",a,test\n${lines.join('\n')}`);
    expect(count).toBe(50);
    expect(told).toHaveLength(20);
    expect(told[0]).toEqual({
      line: 5,
      column: 'text',
      value: '""',
      message: 'line 5, column "text" is "": give a text that is not empty.',
    });
    expect(told[1]).toMatchObject({ line: 5, column: 'split', value: '"nonsense"' });
    expect(told[2].line).toBe(7);
  });

  it.each([
    ['', 'body', /empty/],
    ['a,b\n1,2', 'header', /no column "text": its columns are a, b/],
    ['text,a,a\n1,2,3', 'header', /"a" twice/],
  ])('without a header that makes sense is refused: %j', async (file, field, message) => {
    await expect(read(file)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      field,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['text,a\n"open,b\nc,d', /never closed/],
    ['text,a\nx"y,b', /quote stands in the middle/],
    ['text,a\n"x"y,b', /goes on after its closing quote/],
    ['text,a\nx,b,c', /3 cells, and the header has 2/],
    ['text,a b\nx,b', /"a b" cannot name a task/],
  ])('that is no CSV is refused with the line: %j', async (file, message) => {
    const { problems: told } = await problems(file);
    expect(told[0]).toMatchObject({ line: expect.any(Number), message: expect.stringMatching(message) });
  });

  it.each(['\n', '\r\n', '\r'])(
    'is refused with the line where the row begins whose quote is open, lines ending in %j',
    async (end) => {
      const rows = ['text,a', 'x,b', '', '"in two', 'lines",b', 'x,"open', 'x,b'];
      for (const size of [7, 100_000]) {
        const many = [...rows, ...Array.from({ length: 2000 }, () => 'x,b')].join(end);
        expect((await problems(many, { size })).problems).toMatchObject([{ line: 6 }]);
        const closed = [...rows, 'x,"b"', 'x,b'].join(end);
        expect((await problems(closed, { size })).problems).toMatchObject([{ line: 6 }]);
        const long = [...rows, 'x'.repeat(1_100_000)].join(end);
        expect((await problems(long, { size: 100_000 })).problems).toMatchObject([{ line: 6 }]);
        const after = [...rows.slice(0, 5), 'x'].join(end);
        expect((await problems(after, { size })).problems).toMatchObject([{ line: 6 }]);
      }
    },
  );

  it('with as many columns as fit into its header is read once, and of a column that is missing it lists some', async () => {
    const columns = Array.from({ length: 150_000 }, (_, i) => `c${i}`).join();
    const size = 100_000;
    await expect(read(columns, { size })).rejects.toMatchObject({
      field: 'header',
      message: expect.stringMatching(
        /^the header has no column "text": its columns are c0, c1, .*c19 and 149980 more\.$/,
      ),
    });
    await expect(read(`${columns},c7`, { size })).rejects.toMatchObject({
      message: expect.stringMatching(/"c7" twice/),
    });
    await expect(read(`${'x'.repeat(500_000)},y`, { size })).rejects.toMatchObject({
      message: expect.stringMatching(/^.{80,150}x\.\.\., y\.$/),
    });
  });

  it('has as many tasks, and each as many labels, as there may be: rows with one more are refused, and no others', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => `x,label ${i}`);
    const more = ['x,one more', 'x,label 9', 'x,and another', 'x,one more'];
    const { problems: told, count } = await problems(['text,topic', ...rows, ...more].join('\n'), { size: 100_000 });
    expect(count).toBe(3);
    expect(told.map(({ line }) => line)).toEqual([10_002, 10_004, 10_005]);
    expect(told[0].message).toBe(
      'line 10002, column "topic" is "one more": task "topic" has 10000 labels already: give at most 10000.',
    );
    const tasks = Array.from({ length: 101 }, (_, i) => `t${i}`);
    const cells = tasks.map(() => 'a');
    const wide = await problems(`text,${tasks}\nx,${cells}\ny,${cells}\n`);
    expect(wide.problems).toMatchObject([
      { line: 2, column: 't100', message: expect.stringMatching(/there are 100 tasks already: give at most 100\.$/) },
      { line: 3, column: 't100' },
    ]);
    const query = tasks.map((task) => `task.${task}=${task}`).join('&');
    await expect(read(`text,${tasks}\nx,${cells}\n`, { query })).rejects.toMatchObject({ field: 'task.t100' });
  });

  it('refuses parameters it does not know', async () => {
    await expect(read('text\na', { query: 'label=b' })).rejects.toMatchObject({ field: 'label' });
    await expect(read('text\na', { query: 'text=a&text=b' })).rejects.toMatchObject({ field: 'text' });
  });
});
