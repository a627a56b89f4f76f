import type { Scope } from '../../access/scopes.js';

/** What a request to an address needs before any route sees it. */
export type Entry =
  /** Whether the process lives is told to anybody. */
  | { readonly kind: 'health' }
  /** A page of the console, or what it loads: the same files for everybody, that hold nothing of the installation. */
  | { readonly kind: 'page' }
  /** A page shown by a browser by itself, which can send a key as a password only. */
  | { readonly kind: 'board'; readonly scope: Scope }
  | { readonly kind: 'api'; readonly scope: Scope };

interface Rule {
  readonly methods: readonly string[];
  readonly path: RegExp;
  readonly entry: Entry;
}

/** The address of GraphQL. */
export const GRAPHQL: Entry = { kind: 'api', scope: 'read' };

/** An address that no rule knows: the highest scope, so that a new route is closed until one does. */
export const UNKNOWN: Entry = { kind: 'api', scope: 'admin' };

const look = ['GET', 'HEAD'];

/** The first rule that fits decides. */
const rules: readonly Rule[] = [
  { methods: look, path: /^\/(livez|readyz)$/, entry: { kind: 'health' } },
  { methods: look, path: /^\/(|favicon\.ico|train|api|(assets|runs|models|data)(\/.*)?)$/, entry: { kind: 'page' } },
  // Mutations ask for more themselves: gate/fields.ts.
  { methods: [...look, 'POST'], path: /^\/graphql$/, entry: GRAPHQL },
  { methods: [...look, 'POST'], path: /^\/v1\//, entry: { kind: 'api', scope: 'read' } },
  { methods: look, path: /^\/(metrics|version)$/, entry: { kind: 'api', scope: 'read' } },
  { methods: ['PUT'], path: /^\/datasets\//, entry: { kind: 'api', scope: 'train' } },
  {
    methods: [...look, 'POST', 'PUT', 'PATCH', 'DELETE'],
    path: /^\/queue(\/|$)/,
    entry: { kind: 'board', scope: 'admin' },
  },
];

/** What a request needs. */
export function entryOf(method: string, url: string): Entry {
  const path = url.replace(/[?#].*$/s, '').replace(/(?<=.)\/$/, '');
  const rule = rules.find(({ methods, path: form }) => methods.includes(method) && form.test(path));
  return rule?.entry ?? UNKNOWN;
}
