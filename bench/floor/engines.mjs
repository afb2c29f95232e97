// The engines that are measured: the real one, and the floor engines of `crates/superconfig-bench`, each behind a facade of its own.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { flags } from '../../scripts/addon.mjs';
import { root } from '../../scripts/platforms/platforms.mjs';
import { install } from '../install.mjs';

export const REAL = 'superconfig';

/** The floor engines, each of which keeps what the one before it keeps, and the functions that stand for `prepare`. */
const LEVELS = {
  '1: keeps nothing': 'prepareNothing',
  '2: keeps the least': 'prepareLeast',
  '3: and options, metrics, sharing': 'prepareSharing',
  '4: and layers, status, limits, errors': 'prepareContract',
};

/** All engines, the real one first. */
export const ENGINES = [REAL, ...Object.keys(LEVELS)];

const FLOOR = 'floor.node';
const directoryOf = (scratch, name) => join(scratch, 'engines', String(ENGINES.indexOf(name)));

/** Compiles the floor engines; gives the file. */
export function compileFloor() {
  const args = ['build', '--release', '--locked', '--package', 'superconfig-bench', '--lib', '--message-format=json'];
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, env: { ...process.env, ...flags() } };
  let output;
  try {
    output = execFileSync('cargo', args, options);
  } catch (error) {
    throw new Error(`the floor engines cannot be compiled: ${error.message}`);
  }
  const messages = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return messages.find(({ target }) => target?.name === 'superconfig_floor').filenames[0];
}

/** Installs the package once for each engine, a floor engine beside it: each has memory of its own, as the real one has. */
export function installEngines(scratch, floor) {
  for (const name of ENGINES) {
    const directory = directoryOf(scratch, name);
    mkdirSync(directory, { recursive: true });
    install(directory, []);
    if (name !== REAL) copyFileSync(floor, join(directory, FLOOR));
  }
}

/**
 * Opens an engine: gives the class of its facade, and the functions of a floor engine, two of which take the places of the addon's.
 * `replaced` may put another function in the place of its `prepare`.
 */
export function openEngine(scratch, name, replaced = (prepare) => prepare) {
  const require = createRequire(join(directoryOf(scratch, name), 'program.cjs'));
  const { SuperConfig, parse } = require('superconfig');
  if (name === REAL) return { SuperConfig };
  const module = { exports: {} };
  process.dlopen(module, join(directoryOf(scratch, name), FLOOR));
  const floor = module.exports;
  const { dlopen } = process;
  process.dlopen = (module, path) => {
    dlopen.call(process, module, path);
    Object.assign(module.exports, { prepare: replaced(floor[LEVELS[name]]), close: floor.close });
  };
  try {
    // The facade opens the addon at its first use.
    parse('{}', 'json');
  } finally {
    process.dlopen = dlopen;
  }
  return { SuperConfig, floor };
}
