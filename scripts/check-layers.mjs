// Draws the rooms of the engine and of the facade, and fails for an arrow that goes back, for files that use each other
// in a circle without a reason, and for a drawing in ARCHITECTURE.md with other rooms or arrows. `--print` only draws,
// `--write` puts the drawing into ARCHITECTURE.md.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const engine = 'crates/superconfig/src';
/** The lower rooms first: each uses only those before it. */
const rooms = {
  [engine]: ['diagnostic', 'value', 'redaction', 'format', 'merge', 'registry', 'source', 'load', 'config'],
  ts: ['internal', 'engine', 'schema', 'api'],
};
/** Parts of `ts` that are built apart: they see what every program sees. */
const apart = ['cli', 'node-config', 'adapters', 'testing', 'live', 'etcd', 'nats', 'redis', 'inspector'];
/** What programs see; `live` for the sources that stand on it. */
const seen = (room) => ['index.ts', ...(['etcd', 'nats', 'redis'].includes(room) ? ['live/index.ts'] : [])];
/** Circles that stay, as the files' names, and why. */
const circles = new Map([
  // A table holds values and a value can be a table: one recursive type in two files.
  ['value/table.rs value/value.rs', 'a recursive type'],
  // A slot is freed through the store that holds it; the store owns the janitor, which ends what is too old through it.
  ['registry/janitor.rs registry/slot.rs registry/store.rs', 'an entry, its owner and the thread that ends it'],
]);

const filesBelow = (folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll(sep, '/'));
const source = (path) => readFileSync(join(root, path), 'utf8');

/** `a::{b, c::{self, d as e}}` as its paths. */
function useTree(text) {
  const [, prefix, inner] = /^([\w:]*?)(?:::)?\{(.*)\}$/s.exec(text.trim()) ?? [];
  if (inner === undefined)
    return [
      text
        .trim()
        .replace(/ as \w+$/, '')
        .replace(/::self$/, '')
        .split('::'),
    ];
  let depth = 0;
  const parts = [''];
  for (const character of inner) {
    depth += { '{': 1, '}': -1 }[character] ?? 0;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  const paths = parts.filter((part) => part.trim()).flatMap(useTree);
  return paths.map((path) => [...prefix.split('::').filter(Boolean), ...path.filter((name) => name !== 'self')]);
}

/** What each file of the engine uses of the others. */
function engineArrows() {
  const names = filesBelow(engine).filter((name) => name.endsWith('.rs') && !/(_test|models|^lib)\.rs$|^fuzzing/.test(name));
  const modules = new Map(names.map((name) => [name.replace(/(\/?mod)?\.rs$/, ''), name]));
  const aliases = new Map();
  const arrows = new Map(names.map((name) => [name, new Set()]));
  const used = new Map();
  for (const [module, name] of modules) {
    const code = source(join(engine, name))
      .replace(/^#\[cfg\((all\()?test.*\nmod \w+ \{[\s\S]*$/m, '')
      .replace(/\/\/.*$/gm, '');
    const here = module.split('/');
    const folder = name.endsWith('mod.rs') ? here : here.slice(0, -1);
    const absolute = (path) => {
      if (path[0] === 'crate') return path.slice(1);
      if (path[0] === 'self') return [...here, ...path.slice(1)];
      const up = path.findIndex((part) => part !== 'super');
      if (up > 0) return [...here.slice(0, here.length - up), ...path.slice(up)];
      return name.endsWith('mod.rs') && modules.has([...folder, path[0]].join('/')) ? [...folder, ...path] : [];
    };
    const found = [];
    for (const [, tree] of code.matchAll(/^\s*(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm)) found.push(...useTree(tree).map(absolute));
    if (name.endsWith('mod.rs')) for (const path of found) aliases.set(`${module}/${path.at(-1)}`, path);
    for (const [path] of code.replace(/^\s*(?:pub.*)?use [^;]+;/gm, '').matchAll(/\b(?:crate|super)(?:::\w+)+/g)) found.push(absolute(path.split('::')));
    // What a folder's face only hands on is no use of its own.
    used.set(name, name.endsWith('mod.rs') && !/\bfn\b/.test(code) ? [] : found);
  }
  const resolve = (path, seen = 0) => {
    for (let length = path.length; length > 0; length--) {
      const module = path.slice(0, length).join('/');
      const alias = length < path.length && seen < 8 ? aliases.get(`${module}/${path[length]}`) : undefined;
      if (alias) return resolve([...alias, ...path.slice(length + 1)], seen + 1);
      if (modules.has(module)) return modules.get(module);
    }
    return undefined;
  };
  for (const [name, paths] of used) for (const target of paths.map((path) => resolve(path))) if (target && target !== name) arrows.get(name).add(target);
  return arrows;
}

/** What each file of the facade imports. */
function facadeArrows() {
  const names = filesBelow('ts').filter((name) => /^(?!dist).*\.ts$/.test(name));
  const arrows = new Map();
  for (const name of names) {
    const imports = [...source(join('ts', name)).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
    arrows.set(name, new Set(imports.map(([, path]) => posix.join(posix.dirname(name), path.replace(/\.js$/, '.ts')))));
  }
  return arrows;
}

/** Files that reach themselves, by circle. */
function circlesIn(arrows) {
  const reach = (from) => {
    const seen = new Set();
    const open = [...(arrows.get(from) ?? [])];
    for (let next = open.pop(); next; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(arrows.get(next) ?? []));
    }
    return seen;
  };
  const all = new Map([...arrows.keys()].map((name) => [name, reach(name)]));
  const found = new Set();
  for (const [name, seen] of all)
    if (seen.has(name))
      found.add(
        [...seen]
          .filter((other) => all.get(other)?.has(name))
          .sort()
          .join(' '),
      );
  return [...found];
}

const roomOf = (name) => name.split('/')[0];
const faults = [];
const drawing = [];
for (const [folder, order] of Object.entries(rooms)) {
  if (!order.every((room) => existsSync(join(root, folder, room)))) continue;
  const arrows = folder === 'ts' ? facadeArrows() : engineArrows();
  const counts = new Map();
  for (const [name, targets] of arrows) {
    for (const target of targets) {
      const [from, to] = [roomOf(name), roomOf(target)];
      if (apart.includes(from) && to !== from && !seen(from).includes(target)) faults.push(`${folder}/${name} imports ${target}: only ${seen(from)}`);
      if (!order.includes(from) || from === to) continue;
      if (order.indexOf(to) < 0 || order.indexOf(to) > order.indexOf(from)) faults.push(`${folder}/${name} goes back to ${target}`);
      counts.set(`${from} ${to}`, (counts.get(`${from} ${to}`) ?? 0) + 1);
    }
  }
  const found = circlesIn(arrows);
  faults.push(...found.filter((circle) => !circles.has(circle)).map((circle) => `${folder}: these use each other in a circle: ${circle}`));
  if (folder !== 'ts') faults.push(...[...circles.keys()].filter((circle) => !found.includes(circle)).map((circle) => `this circle is no more: ${circle}`));
  drawing.push(`${folder}/`);
  for (const room of order) {
    const files = [...arrows.keys()].filter((name) => roomOf(name) === room).length;
    const uses = order.filter((other) => counts.has(`${room} ${other}`)).map((other) => `${other} ${counts.get(`${room} ${other}`)}`);
    drawing.push(`  ${room.padEnd(11)}${String(files).padStart(3)} files${uses.length ? `  ──▶ ${uses.join(', ')}` : ''}`);
  }
}
const text = drawing.join('\n');
const page = source('ARCHITECTURE.md');
const inPage = /(?<=<!-- layers -->\n```\n)[^`]*(?=\n```)/;
const shown = inPage.exec(page)?.[0] ?? '';
// The numbers change with nearly every import, the rooms and arrows do not.
const shape = (drawn) => drawn.replace(/ *\d+/g, '');
if (process.argv.includes('--print')) process.stdout.write(`${text}\n`);
else if (process.argv.includes('--write'))
  writeFileSync(
    join(root, 'ARCHITECTURE.md'),
    page.replace(inPage, () => text),
  );
else if (shape(shown) !== shape(text)) faults.push('ARCHITECTURE.md shows other rooms or arrows: `node scripts/check-layers.mjs --write`');
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length ? 1 : 0;
