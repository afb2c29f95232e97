// The parts that programs import by paths of their own: what they export in both module systems, what they weigh, what they need.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
// Inside the package, so that its name is found.
const directory = sharedDirectory(join(root, 'target'));

/** The most bytes of each without spaces and long names: a budget, not a measure. */
const SUBPATHS: Record<string, { folder: string; names: string; budget: number }> = {
  'node-config': { folder: 'node-config', names: 'default', budget: 22.5 * 1024 },
  testing: { folder: 'testing', names: 'createTestConfig temporaryConfig withOverrides', budget: 4 * 1024 },
  nestjs: { folder: 'adapters/nestjs', names: 'ConfigService InjectConfig SuperConfigModule configToken overrideConfig', budget: 3.5 * 1024 },
  fastify: { folder: 'adapters/fastify', names: 'configOf default superconfig', budget: 2 * 1024 },
  live: { folder: 'live', names: 'EntryRoom Mirror answerWithin decodeText documents isFresh layoutOf liveSource texts', budget: 21 * 1024 },
  etcd: { folder: 'etcd', names: 'etcd', budget: 13 * 1024 },
  nats: { folder: 'nats', names: 'nats', budget: 5.75 * 1024 },
  redis: { folder: 'redis', names: 'redis', budget: 6.5 * 1024 },
};

test.each(Object.entries(SUBPATHS))('superconfig/%s', (name, { folder, names, budget }) => {
  const print = 'process.stdout.write(Object.keys(names).sort().join(" "));';
  directory.write('names.mjs', `import * as names from 'superconfig/${name}'; ${print}`);
  directory.write('names.cjs', `const names = require('superconfig/${name}'); ${print}`);
  const run = (file: string) =>
    execFileSync(process.execPath, ['--no-warnings', directory.at(file)], { encoding: 'utf8', cwd: directory.path, stdio: ['ignore', 'pipe', 'ignore'] });
  expect(run('names.mjs')).toBe(names);
  // The values themselves, as `require('config')` gives them; there are none here.
  expect(run('names.cjs')).toBe(name === 'node-config' ? '' : names);

  const code = readFileSync(join(root, 'ts/dist', folder, 'index.cjs'), 'utf8');
  const { length } = transformSync(code, { minify: true, format: 'cjs', legalComments: 'none' }).code;
  // The coverage reads code as it was written, which is longer.
  if (process.env.NODE_V8_COVERAGE === undefined) expect([name, length, length <= budget]).toEqual([name, length, true]);
  // Nothing but the main entry and Node: what they adapt to is not needed to load them.
  const needed = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, needed]) => needed as string);
  expect(needed.filter((needed) => !['superconfig', 'superconfig/live'].includes(needed) && !needed.startsWith('node:'))).toEqual([]);
});
