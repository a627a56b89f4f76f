import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const built = new URL('../dist/', import.meta.url);

/** Every module that loads when `entry` does, by its path in dist or its package's name. */
function loadedBy(entry: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [new URL(entry, built).href];
  for (let module = open.pop(); module !== undefined; module = open.pop()) {
    const text = readFileSync(fileURLToPath(module), 'utf8');
    for (const [, name] of text.matchAll(/^(?:import|export) [^'"]*['"]([^'"]+)['"]/gm)) {
      const target = name.startsWith('.') ? new URL(name, module).href : name;
      if (found.has(target)) continue;
      found.add(target);
      if (name.startsWith('.') && target.endsWith('.js')) open.push(target);
    }
  }
  return new Set([...found].map((each) => each.replace(built.href, '')));
}

describe('the rooms of the house', () => {
  it('leave the worker and the API to themselves', () => {
    expect([...loadedBy('src/server.js')].filter((module) => module.startsWith('worker/'))).toEqual([]);
    expect([...loadedBy('worker/main.js')].filter((module) => module.startsWith('src/api/'))).toEqual([]);
  });

  it('serve without TensorFlow.js: only who learns loads it', () => {
    expect(loadedBy('src/server.js')).not.toContain('@tensorflow/tfjs');
    expect(loadedBy('worker/main.js')).toContain('@tensorflow/tfjs');
  });
});
