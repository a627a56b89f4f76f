/** What means something in JSON, or to those who read it. */
export const inJson: readonly string[] = [
  ...['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0000', '\\ud800', '\n', '[]', '{}', '""', '[[[[[[[['],
  ...['null', 'true', '0', '-1', '1e999', '1.5', '9007199254740993', '"__proto__":', '"constructor":', '"toString":'],
];

/** What means something in a safetensors file. */
export const inTensors: readonly string[] = [
  ...inJson,
  ...['"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', '"F32"', '"F16"', '"BF16"', '"I64"', '"BOOL"'],
  ...['\0\0\0\0', '\u0001\0\0\0\0\0\0\0', '4294967296', '[0,0]', '[2,3]', '[-1]'],
];

/** What means something in rows. */
export const inRows: readonly string[] = [
  ...['\n', '\r', '\r\n', '\u2028', '\0', '\ufeff', ' ', 'ß', '字', '💥', '\u0301', '"', '""', '\\', '|'],
];
