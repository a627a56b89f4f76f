import type { TrainInput } from './draft';

/** Fields whose strings are names of an enum, and so stand without quotes. */
const ENUMS: ReadonlySet<string> = new Set(['backbone', 'lossWeighting', 'promote', 'split']);

/** The training as a mutation that can be sent anywhere, its input written out. */
export const mutationText = (input: TrainInput): string =>
  `mutation Train {\n  train(input: ${written(input, '', '  ')}) {\n    id\n    status\n  }\n}`;

function written(value: unknown, name: string, indent: string): string {
  if (typeof value === 'string') return ENUMS.has(name) ? value : JSON.stringify(value);
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== 'object'))
      return `[${value.map((each) => written(each, name, indent)).join(', ')}]`;
    return `[${value.map((each) => `\n${indent}  ${onOneLine(each)}`).join('')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${fields.map(([field, each]) => `\n${indent}  ${field}: ${written(each, field, `${indent}  `)}`).join('')}\n${indent}}`;
}

/** A row, for instance. */
function onOneLine(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(
    ([field, each]) => `${field}: ${ENUMS.has(field) ? String(each) : onOneLine(each)}`,
  );
  return `{ ${fields.join(', ')} }`;
}
