import type { DirectiveNode, DocumentNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind } from 'graphql';
import type { Measures } from './limits.js';

/** What a selection set comes to, with every fragment in it spread. */
type Extent = Omit<Measures, 'characters'> & {
  /** The most fields side by side anywhere below; `width` are those right here. */
  readonly widest: number;
  readonly asksForSchema: boolean;
};

const nothing: Extent = {
  depth: 0,
  width: 0,
  widest: 0,
  fields: 0,
  aliases: 0,
  duplicates: 0,
  directives: 0,
  asksForSchema: false,
};

/** Of a document: what its largest operation comes to, and whether any asks for the schema (`__schema`, `__type`). */
export type DocumentMeasures = Omit<Measures, 'characters'> & { readonly asksForSchema: boolean };

/**
 * Measures a document in one walk: each fragment once, however often it is spread, so that a document which comes to 2^100 fields is
 * measured as quickly as it is read. A fragment that holds itself counts nothing there: validation refuses it.
 */
export function measure({ definitions }: DocumentNode): DocumentMeasures {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, Extent>();

  const ofFragment = (name: string): Extent => {
    const measured = known.get(name);
    if (measured) return measured;
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const extent = fragment ? withDirectives(ofSet(fragment.selectionSet), fragment.directives) : nothing;
    known.set(name, extent);
    return extent;
  };

  const ofSet = ({ selections }: SelectionSetNode): Extent => {
    const seen = new Set<string>();
    const parts = selections.map((selection): Extent => {
      const name =
        selection.kind === Kind.FIELD
          ? (selection.alias ?? selection.name).value
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? `...${selection.name.value}`
            : undefined;
      const isRepeated = name !== undefined && seen.has(name);
      if (name !== undefined) seen.add(name);
      const extent =
        selection.kind === Kind.FIELD
          ? asField(selection.name.value, selection.alias !== undefined, selection.selectionSet)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? ofFragment(selection.name.value)
            : asInlineFragment(selection.selectionSet);
      return withDirectives(
        isRepeated ? { ...extent, duplicates: extent.duplicates + 1 } : extent,
        selection.directives,
      );
    });
    return parts.reduce(together, nothing);
  };

  const asField = (name: string, hasAlias: boolean, below: SelectionSetNode | undefined): Extent => {
    const inside = below ? ofSet(below) : nothing;
    return {
      ...inside,
      depth: inside.depth + 1,
      width: 1,
      widest: Math.max(inside.widest, inside.width),
      fields: inside.fields + 1,
      aliases: inside.aliases + (hasAlias ? 1 : 0),
      asksForSchema: inside.asksForSchema || name === '__schema' || name === '__type',
    };
  };

  /** Counts as a level: whoever walks the document goes down into it as into a field. */
  const asInlineFragment = (selectionSet: SelectionSetNode): Extent => {
    const inside = ofSet(selectionSet);
    return { ...inside, depth: inside.depth + 1 };
  };

  const roots = definitions
    .filter((definition) => 'selectionSet' in definition)
    .map(({ selectionSet, directives }) => withDirectives(ofSet(selectionSet), directives));
  const largest = (of: (extent: Extent) => number) => Math.max(0, ...roots.map(of));
  return {
    depth: largest(({ depth }) => depth),
    width: largest(({ width, widest }) => Math.max(width, widest)),
    fields: largest(({ fields }) => fields),
    aliases: largest(({ aliases }) => aliases),
    duplicates: largest(({ duplicates }) => duplicates),
    directives: largest(({ directives }) => directives),
    asksForSchema: roots.some(({ asksForSchema }) => asksForSchema),
  };
}

const withDirectives = (extent: Extent, directives: readonly DirectiveNode[] = []): Extent =>
  directives.length === 0 ? extent : { ...extent, directives: extent.directives + directives.length };

const together = (a: Extent, b: Extent): Extent => ({
  depth: Math.max(a.depth, b.depth),
  width: a.width + b.width,
  widest: Math.max(a.widest, b.widest),
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
  duplicates: a.duplicates + b.duplicates,
  directives: a.directives + b.directives,
  asksForSchema: a.asksForSchema || b.asksForSchema,
});
