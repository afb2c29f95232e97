// The small loads that budgets and floors are about, by the facade and by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { merge, pickLean } from './inputs.mjs';

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

const layers = {
  files: ['config/default.json', 'config/local.json'],
  load: (SuperConfig) => (cwd) => SuperConfig.builder({ cwd }).file('config/default.json').file('config/local.json').env('APP').loadSync(),
  byHand: (cwd) => pickLean('APP_', merge(json(join(cwd, 'config/default.json')), json(join(cwd, 'config/local.json')))),
};

export const BY_HAND = 'by hand';

/** In each the number of variables in the environment, the files that are read, the load with a facade's class, and how it is done by hand. */
export const SMALL_LOADS = {
  'one small TOML file': {
    variables: 77,
    files: ['one.toml'],
    load: (SuperConfig) => (cwd) => SuperConfig.builder({ cwd }).file('one.toml').loadSync(),
    byHand: (cwd) => parseToml(readFileSync(join(cwd, 'one.toml'), 'utf8')),
  },
  'one small JSON file': {
    variables: 77,
    files: ['one.json'],
    load: (SuperConfig) => (cwd) => SuperConfig.builder({ cwd }).file('one.json').loadSync(),
    byHand: (cwd) => json(join(cwd, 'one.json')),
  },
  'two files and 77 variables': { variables: 77, ...layers },
  'two files and 10 variables': { variables: 10, ...layers },
};
