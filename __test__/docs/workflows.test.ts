// The workflows and forms: YAML that parses, and commands that exist. What GitHub itself asks for is `actionlint`'s to find out.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isWindows } from '../support/platform.ts';
import { runShell } from './run-shell.ts';

const root = join(import.meta.dirname, '../..');
const below = readdirSync(join(root, '.github'), { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
const files = below.filter((name) => name.endsWith('.yml'));
const read = (name: string) => parse(readFileSync(join(root, '.github', name), 'utf8'), { strict: true, uniqueKeys: true });

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { 'timeout-minutes': number; permissions?: Record<string, string>; steps: { run?: string; uses?: string }[] }>;
}

test('every file is YAML', () => {
  expect(files.length).toBeGreaterThan(4);
  for (const name of files) expect(read(name), name).toBeTypeOf('object');
});

describe.each(files.filter((name) => name.startsWith('workflows/')))('%s', (name) => {
  const { permissions, jobs } = read(name) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('has read permission only, and a time limit', () => {
    // Whoever publishes asks for more, in the job that needs it.
    expect(permissions).toEqual(name.endsWith('/release.yml') ? {} : { contents: 'read' });
    for (const [job, { 'timeout-minutes': minutes, permissions: own }] of Object.entries(jobs)) {
      expect(minutes, job).toBeGreaterThan(0);
      expect(own === undefined, job).toBe(!name.endsWith('/release.yml'));
    }
  });

  test('uses actions by their commits', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  test('runs commands that exist', ({ skip }) => {
    skip(isWindows, 'the commands are for a shell of Unix');
    const own = steps
      .flatMap(({ run }) => (run === undefined ? [] : run.split('\n')))
      .filter((line) => /^(npm run|npm test|cargo (miri|test|package)|scripts\/|\.ci\/)/.test(line));
    expect(own.length).toBeGreaterThan(0);
    for (const line of own) expect(runShell(`RUNNER_TEMP=. && ${line}`), line).toEqual({ status: 0, stderr: '' });
  });
});
