// Steps that are done once: each remembers by a stamp what it was made of.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './platforms/platforms.mjs';

/** The files below a folder of the project whose names match, as paths from the project's own. */
export function files(folder, wanted, skipped = []) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.includes(entry.name)) found.push(...files(path, wanted, skipped));
    } else if (wanted.test(entry.name)) {
      found.push(path);
    }
  }
  return found.sort();
}

/** What the addon is compiled from. */
export const rustSources = () => [
  'Cargo.toml',
  'Cargo.lock',
  ...files('crates', /\.(rs|toml)$/, ['target', 'tests', 'superconfig-bench', 'superconfig-py', 'fuzz']),
];

/** A step that is done when its inputs, and `more` that it depends on, are as they were then and its output is there. */
export function step(name, inputs, output, more = '') {
  const hash = createHash('sha256').update(more);
  for (const input of inputs) hash.update(`${input}\0`).update(readFileSync(join(root, input)));
  const digest = hash.digest('hex');
  const stamp = join(root, 'target', 'stamps', name);
  return {
    digest,
    done: existsSync(join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest,
    do(work) {
      if (this.done) return;
      work();
      mkdirSync(dirname(stamp), { recursive: true });
      writeFileSync(stamp, digest);
    },
  };
}
