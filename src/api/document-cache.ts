import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Context } from './context.js';

/**
 * Characters of the documents that are kept. A parsed document takes some 50 bytes a character, so that is 15 MB; Apollo's own cache
 * keeps ten times as much.
 */
const MOST_CHARACTERS = 300_000;

/** What an entry takes beside its document's characters, in as many of them. */
const OVERHEAD = 100;

/** Documents that were parsed and found valid lately: clients ask the same few again and again. */
export function documentCache(): ApolloServerOptions<Context>['documentStore'] {
  const cache = new LRUCache<string, DocumentNode>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: ({ loc }) => OVERHEAD + (loc?.source.body.length ?? 0),
  });
  return {
    get: async (key) => cache.get(key),
    set: async (key, document) => void cache.set(key, document),
    delete: async (key) => cache.delete(key),
  };
}
