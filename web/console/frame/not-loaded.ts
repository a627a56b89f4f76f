import type { ComponentType } from 'react';

/** A page whose file could not be fetched. */
export class NotLoaded extends Error {}

/** Imports a page, and tells when that failed from what may be broken in it. */
export const loaded =
  <Page extends { readonly default: ComponentType }>(load: () => Promise<Page>) =>
  (): Promise<Page> =>
    load().catch((cause: unknown) => {
      throw new NotLoaded('A page could not be loaded.', { cause });
    });
