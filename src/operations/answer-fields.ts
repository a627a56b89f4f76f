import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

/** Of documents that are asked again, which are the same objects each time. */
const known = new WeakMap<FieldNode, number>();

/**
 * How many fields every entry of a list is made of, under all their aliases and wherever fragments spread them. A list in it is one of
 * them: what it holds counts once it is there.
 */
export function fieldsOfEntry({
  fieldNodes,
  returnType,
  fragments,
}: Pick<GraphQLResolveInfo, 'fieldNodes' | 'returnType' | 'fragments'>): number {
  const type = getNamedType(returnType);
  if (!isObjectType(type)) return 1;
  let fields = 0;
  for (const node of fieldNodes) {
    let below = known.get(node);
    if (below === undefined) {
      below = node.selectionSet ? fieldsIn(node.selectionSet, type, fragments) : 0;
      known.set(node, below);
    }
    fields += below;
  }
  return fields;
}

export const isList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));

function fieldsIn({ selections }: SelectionSetNode, type: GraphQLObjectType, fragments: Fragments): number {
  let fields = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) fields += 1 + fieldsBelow(selection, type, fragments);
    else {
      const { selectionSet } = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      fields += fieldsIn(selectionSet, type, fragments);
    }
  }
  return fields;
}

function fieldsBelow({ name, selectionSet }: FieldNode, type: GraphQLObjectType, fragments: Fragments): number {
  const field = type.getFields()[name.value];
  if (field === undefined || selectionSet === undefined || isList(field.type)) return 0;
  const inner = getNamedType(field.type);
  return isObjectType(inner) ? fieldsIn(selectionSet, inner, fragments) : 0;
}
