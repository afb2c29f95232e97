// The drop-in beside the package `config`, both evaluated anew for each tree: what they show, say and refuse.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';
import { seeded, TREES, type Tree } from './trees.ts';

const root = join(import.meta.dirname, '../..');
const program = join(import.meta.dirname, 'programs/both.cjs');
const directory = sharedDirectory();
const SEEDED = Array.from({ length: 80 }, (_, at) => seeded(at + 1));

interface Outcome {
  shown?: Record<string, unknown>;
  failed?: boolean;
  message?: string;
  code?: string;
  complaints: string[];
}

beforeAll(() => {
  mkdirSync(directory.at('node_modules'));
  symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
  for (const name of ['json5', 'yaml', 'toml']) symlinkSync(join(root, 'node_modules', name), directory.at('node_modules', name), 'junction');
});

let trees = 0;
let comparer: ChildProcess;

beforeAll(() => {
  comparer = fork(program, { execArgv: ['--no-warnings'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }).setMaxListeners(Number.POSITIVE_INFINITY);
});
afterAll(async () => {
  comparer.disconnect();
  await once(comparer, 'exit');
});

async function both({ files, env = {}, argv = [], read = [] }: Tree): Promise<{ real: Outcome; ours: Outcome }> {
  trees += 1;
  const folder = `tree-${trees}`;
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) directory.write(join(folder, name), text);
  // Its modules are evaluated once for each path that they are at.
  for (const part of ['package.json', 'lib', 'parser.js'])
    cpSync(join(root, 'node_modules/config', part), directory.at(folder, 'node_modules/config', part), { recursive: true });
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, HOST: 'nowhere', ...env };
  comparer.send({ id: folder, cwd: directory.at(folder), env: environment, argv, read });
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`${program} ended at ${folder}`));
    comparer.once('exit', ended).on('message', function heard(answer: { id: string; outcome: { real: Outcome; ours: Outcome } }) {
      if (answer.id !== folder) return;
      comparer.off('exit', ended).off('message', heard);
      resolve(answer.outcome);
    });
  });
}

/** The same, without what is the package's own way of saying it. */
function comparable({ shown, failed, complaints }: Outcome): unknown {
  return { shown, failed, complaints };
}

describe.each([
  ['by hand', TREES],
  ['seeded', SEEDED],
])('%s', (_, all) => {
  test.concurrent.each(all.filter(({ differs }) => differs === undefined).map((tree) => [tree.name, tree] as const))('%s', async (_name, tree) => {
    const { real, ours } = await both(tree);
    expect(comparable(ours)).toEqual(comparable(real));
    // What fails says so with a code.
    if (ours.failed) expect(ours.code).toMatch(/^ERR_SUPERCONFIG_/);
  });
});

describe('on purpose', () => {
  test.each(TREES.filter(({ differs }) => differs !== undefined).map((tree) => [`${tree.name}: ${tree.differs}`, tree] as const))('%s', async (_name, tree) => {
    const { real, ours } = await both(tree);
    expect(comparable(ours)).not.toEqual(comparable(real));
  });

  test('a format that is not read is one clear error', async () => {
    const { ours } = await both({ name: '', files: { 'config/default.hjson': '{ a: 1 }' } });
    expect(ours).toMatchObject({ failed: true, code: 'ERR_SUPERCONFIG_FORMAT', message: expect.stringMatching(/default\.hjson: `hjson` is a format that/) });
  });
});

test('there are at least 120 trees, half of them made from a seed', () => {
  const same = TREES.filter(({ differs }) => differs === undefined).length + SEEDED.length;
  expect(same).toBeGreaterThanOrEqual(120);
  expect(SEEDED.length).toBeGreaterThanOrEqual(60);
  const kinds = new Set(SEEDED.flatMap(({ files }) => Object.keys(files)).map((name) => name.replace(/.*\./, '')));
  expect([...kinds].sort()).toEqual(['cjs', 'js', 'json', 'json5', 'jsonc', 'toml', 'ts', 'yaml', 'yml']);
});
