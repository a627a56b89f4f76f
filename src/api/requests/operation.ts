import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';

/** What a request asks for. */
export interface Operation {
  readonly type: 'query' | 'mutation' | 'subscription' | 'upload' | 'openai' | 'unknown';
  /**
   * The field of the schema that it asks for; `several` where there are more. So metrics have as many series as the schema has
   * fields, whatever callers send.
   */
  readonly fields: string;
  /** The caller's own name for it, cut at 60 characters. */
  readonly name: string | undefined;
}

/** @param definition an operation that is valid for the schema */
export function operationOf(definition: OperationDefinitionNode): Operation {
  const [first, ...more] = definition.selectionSet.selections;
  const isOne = more.length === 0 && first?.kind === Kind.FIELD;
  return {
    type: definition.operation,
    fields: isOne ? first.name.value : 'several',
    name: definition.name?.value.slice(0, 60),
  };
}

/** The operation of a document that is asked for by its name, where it has several. */
export function operationIn(document: DocumentNode, name: string | null | undefined): Operation | undefined {
  const definition = getOperationAST(document, name);
  return definition ? operationOf(definition) : undefined;
}
