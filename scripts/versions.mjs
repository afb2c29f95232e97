// The version, which Cargo.toml says for all crates, packages and wheels, and the places that repeat it.
// usage: node scripts/versions.mjs [--write]; ends with 1 where one differs, or writes it there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { names, root } from './platforms/platforms.mjs';

/** The version of the workspace, from which crates and the wheel take theirs. */
const SOURCE = /(?<=^\[workspace\.package\]\nversion = ")[^"]+/m;

const crates = '(?<=^name = "superconfig(?:-bench|-binding|-napi|-py)?"\\nversion = ")[^"]+';

/** The files that repeat it, and where in them: all matches of an expression. Nothing else has to be changed by hand. */
const COPIES = [
  ['package.json', /(?<=^ {2}"version": ")[^"]+/m],
  // The first two are of the package itself.
  ['package-lock.json', /(?<=^ {2}"version": "|^ {4}"": \{\n {6}"name": "superconfig",\n {6}"version": ")[^"]+/gm],
  ...names.map((name) => [`npm/${name}/package.json`, /(?<=^ {2}"version": ")[^"]+/m]),
  ['ts/internal/version.ts', /(?<=^export const VERSION = ')[^']+/m],
  ['Cargo.lock', new RegExp(crates, 'gm')],
  ['crates/superconfig/fuzz/Cargo.lock', new RegExp(crates, 'gm')],
];

const read = (path) => readFileSync(join(root, path), 'utf8');

/** The files that hold the version. */
export const places = ['Cargo.toml', ...COPIES.map(([path]) => path)];

/** The version of everything that is released. */
export const version = () => SOURCE.exec(read('Cargo.toml'))[0];

/** The places that say another version than Cargo.toml, as sentences. */
export function differences() {
  const wanted = version();
  return COPIES.flatMap(([path, expression]) => {
    const found = read(path).match(expression) ?? [];
    if (found.length === 0) return [`${path} says no version`];
    return [...new Set(found)].filter((one) => one !== wanted).map((one) => `${path} says ${one}, Cargo.toml says ${wanted}`);
  });
}

/** Writes a version to all places. */
export function write(next) {
  writeFileSync(join(root, 'Cargo.toml'), read('Cargo.toml').replace(SOURCE, next));
  for (const [path, expression] of COPIES) writeFileSync(join(root, path), read(path).replace(expression, next));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) write(version());
  const wrong = differences();
  for (const sentence of wrong) process.stderr.write(`${sentence}; node scripts/versions.mjs --write\n`);
  process.exit(wrong.length === 0 ? 0 : 1);
}
