import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { MARKS } from '../encoder/framed-tokens.js';

/** What an operation has encoded. */
export interface Weight {
  readonly texts: number;
  /** At most: a token has at least one character. */
  readonly tokens: number;
}

type Given = Record<string, unknown>;

/** The texts that a field has encoded whole, each cut to what the encoder reads, or piece by piece to its end. */
interface Heavy {
  readonly texts: (given: Given) => readonly unknown[];
  readonly isCut: boolean;
}

/** Every query that encodes what it is given; a test holds it against the schema. */
export const heavyFields: Readonly<Record<string, Heavy>> = {
  embed: { texts: ({ texts }) => list(texts), isCut: true },
  classify: { texts: ({ texts }) => list(texts), isCut: true },
  similarity: { texts: ({ a, b }) => [...list(a), ...list(b)], isCut: true },
  explain: { texts: ({ text }) => [text], isCut: true },
  chunk: { texts: ({ text }) => [text], isCut: false },
};

/**
 * What the operation of a document that is valid has encoded, all its fields together.
 * @param variables as they were sent: what is wrong with them GraphQL says itself
 * @param maxTokens tokens of a text that the encoder reads
 */
export function weigh(
  document: DocumentNode,
  operationName: string | undefined,
  variables: Given,
  maxTokens: number,
): Weight {
  const operation = getOperationAST(document, operationName);
  let [texts, tokens] = [0, 0];
  if (!operation || operation.operation !== OperationTypeNode.QUERY) return { texts, tokens };
  const fields = heavyFieldsOf(operation, document);
  const given = fields.length === 0 ? variables : withDefaults(operation, variables);
  for (const { node, within } of fields) {
    if (within.some(({ directives }) => isLeftOut(directives, given))) continue;
    const { texts: textsOf, isCut } = heavyFields[node.name.value];
    for (const text of textsOf(values(node.arguments, given))) {
      const longest = (typeof text === 'string' ? text.length : 0) + MARKS;
      texts += 1;
      tokens += isCut ? Math.min(longest, maxTokens) : longest;
    }
  }
  return { texts, tokens };
}

interface Found {
  readonly node: FieldNode;
  /** The field, and the fragments that it is in: what a directive may leave out. */
  readonly within: readonly SelectionNode[];
}

/** Of documents that are asked again, which are the same object each time. */
const known = new WeakMap<OperationDefinitionNode, readonly Found[]>();

function heavyFieldsOf(operation: OperationDefinitionNode, document: DocumentNode): readonly Found[] {
  const before = known.get(operation);
  if (before) return before;
  const found = heavyIn(operation.selectionSet, document);
  known.set(operation, found);
  return found;
}

/** The fields of an operation that encode something, right below its root. */
function heavyIn(
  { selections }: SelectionSetNode,
  document: DocumentNode,
  within: readonly SelectionNode[] = [],
): Found[] {
  return selections.flatMap((selection): Found[] => {
    const around = [...within, selection];
    if (selection.kind === Kind.FIELD)
      return Object.hasOwn(heavyFields, selection.name.value) ? [{ node: selection, within: around }] : [];
    if (selection.kind === Kind.INLINE_FRAGMENT) return heavyIn(selection.selectionSet, document, around);
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? heavyIn(fragment.selectionSet, document, around) : [];
  });
}

function withDefaults({ variableDefinitions = [] }: OperationDefinitionNode, variables: Given): Given {
  const absent = variableDefinitions.filter(
    ({ variable, defaultValue }) => defaultValue && variables[variable.name.value] === undefined,
  );
  if (absent.length === 0) return variables;
  const defaults = absent.map(({ variable, defaultValue }) => [
    variable.name.value,
    defaultValue && valueFromASTUntyped(defaultValue),
  ]);
  return { ...variables, ...Object.fromEntries(defaults) };
}

/** Arguments as they were written, their variables filled in. */
const values = (nodes: readonly ArgumentNode[] = [], variables: Given): Given =>
  Object.fromEntries(nodes.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));

const isLeftOut = (directives: readonly DirectiveNode[] = [], variables: Given): boolean =>
  directives.some(
    ({ name, arguments: given }) =>
      (name.value === 'skip' && values(given, variables).if === true) ||
      (name.value === 'include' && values(given, variables).if === false),
  );

/** One text stands for a list of it, as everywhere in GraphQL. */
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value == null ? [] : [value]);
