// A program in a process of its own, which loads what the old package gives: it may run anything, print anything, and never end.
import { spawn } from 'node:child_process';

/** How long the old package may take. */
const PATIENCE_MS = 30_000;

/** The outcome of a program: what it sent, or why there is nothing. */
export type ChildOutcome = { sent: unknown } | { error: string };

/** Runs a program of CommonJS, with `input` as the variable of that name; it answers with `process.send`. */
export function runChild(program: string, input: unknown, { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Promise<ChildOutcome> {
  const wrapped = `const input = ${JSON.stringify(input)};
const done = (sent) => process.send(sent, () => process.exit(0));
// A message without a code may quote values: only its kind is told.
const failed = (error) => done({ failed: error?.code ? String(error.message).split('\\n')[0] : (error?.name ?? 'something that is no error') + ' is thrown' });
process.on('uncaughtException', failed).on('unhandledRejection', failed);
(async () => { ${program} })().then(done, failed);`;
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', wrapped], { cwd, env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const end = (outcome: ChildOutcome) => {
      clearTimeout(late);
      resolve(outcome);
    };
    child.on('message', (sent: { failed?: string }) => end(sent.failed === undefined ? { sent } : { error: sent.failed }));
    child.on('error', ({ message }) => end({ error: message }));
    child.on('exit', () => end({ error: 'it ended, or took too long, without an answer' }));
  });
}

/** Code that finds a package from the working directory: gives its exports and version. */
export const FIND_PACKAGE = `const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const from = createRequire(join(process.cwd(), 'x.js'));
const versionOf = (name) => {
  for (const folder of from.resolve.paths(name)) try { return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version; } catch {}
};
`;
