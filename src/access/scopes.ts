/** What a key may do; each scope holds the ones before it. */
export const scopes = ['read', 'train', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Whether who has one scope may do what needs another. */
export const covers = (has: Scope, needed: Scope): boolean => scopes.indexOf(has) >= scopes.indexOf(needed);

export const isScope = (text: unknown): text is Scope => scopes.some((scope) => scope === text);
