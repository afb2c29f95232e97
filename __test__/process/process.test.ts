// Programs that need a process of their own; `npm run package` runs them from the packed release.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLinux } from '../support/platform.ts';
import { sharedDirectory } from '../support/temporary.ts';

interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

function run(program: string, args: string[] = [], env: Record<string, string> = {}, onOutput = () => {}): Promise<Ended> {
  const path = join(import.meta.dirname, 'programs', program);
  return start(process.execPath, ['--expose-gc', path, ...args], env, onOutput);
}

function start(command: string, args: string[], env: Record<string, string> = {}, onOutput = () => {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: 100_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        onOutput();
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}

const fine: Ended = { code: 0, signal: null, output: '' };

// Where a runtime takes no memory of the addon, it is the other way round, and nobody can tell.
describe.each([
  ['shared memory', {}],
  ['copied memory', { SUPERCONFIG_EXTERNAL_MEMORY: 'off' }],
])('with %s', (_, env) => {
  // Of the leaks a tenth, of the reads between two pauses a tenth, of the reloads and of the workers' ends a part: `npm run package` has all
  // of them, with the release.
  test.each([['values.mjs'], ['large.mjs'], ['leaks.mjs', '0.1'], ['workers-read.mjs', '10', '300'], ['workers-terminated.mjs', '10'], ['current.mjs']])(
    '%s',
    { timeout: 120_000 },
    async (program, ...args) => {
      expect(await run(program, args, env)).toEqual(fine);
    },
  );
});

test('schemas.mjs', { timeout: 120_000 }, async () => {
  expect(await run('schemas.mjs')).toEqual(fine);
});

describe('a file that hangs', () => {
  const directory = sharedDirectory();

  test.for(['lives', 'ends by itself'])('does not hold up a process that %s', { timeout: 120_000 }, async (way, { skip }) => {
    skip(!isLinux, 'only on Linux a library comes before the C library');
    const library = directory.at('held_open.so');
    const source = join(import.meta.dirname, '../../crates/superconfig/tests/support/held_open.c');
    if (!existsSync(library)) execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']);
    let exits = 0;
    const { output, ...ended } = await run('held-up.mjs', [way], { LD_PRELOAD: library, UV_THREADPOOL_SIZE: '1' }, () => {
      exits = Date.now();
    });
    expect({ ...ended, output }).toEqual({ ...fine, code: 3, output: 'exits\n' });
    expect(Date.now() - exits).toBeLessThan(1500);
  });
});

test.each(['workers-environment.mjs', 'environment-writer.mjs', 'schema-output.mjs'])('%s', { timeout: 120_000 }, async (program) => {
  expect(await run(program)).toEqual(fine);
});

test('stack-size.mjs', { timeout: 120_000 }, async () => {
  expect(await run('stack-size.mjs', [], { RUST_MIN_STACK: String(2 ** 53) })).toEqual(fine);
});

test('reload-storm.mjs', { timeout: 120_000 }, async () => {
  expect(await run('reload-storm.mjs', ['3', '1500'])).toEqual(fine);
});

test('environment-bytes.mjs', { timeout: 120_000 }, async ({ skip }) => {
  skip(!isLinux, 'only Linux shows the bytes of the environment');
  const program = join(import.meta.dirname, 'programs', 'environment-bytes.mjs');
  // Node passes only text on.
  const script = `BYTES_BAD="$(printf 'a\\377b')" BYTES_GOOD="$(printf 'a\\357\\277\\275b')" exec "$0" "$1"`;
  expect(await start('/bin/sh', ['-c', script, process.execPath, program])).toEqual(fine);
});

test.each(['falls', 'exits', 'exits-with-loads', 'exits-in-listener', 'exits-with-workers', 'throws'])('a process that %s', async (way) => {
  expect(await run('exit.mjs', [way])).toEqual({ ...fine, code: 3 });
});
