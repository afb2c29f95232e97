// The real command line, in a process that all lines of a file share or in one of its own, and its documents held to the schemas that
// the package ships.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, expect } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** The program that `bin` of package.json names. */
export const BIN = join(root, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin.superconfig);

/** What a command line did. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Surroundings of a command line. */
export interface CliOptions {
  cwd: string;
  /** Variables beside those that every process needs; the locale is one of UTF-8. */
  env?: Record<string, string>;
}

/** The environment of a command line in a test: nothing of the developer's own. */
export function cliEnvironment(env: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: tmpdir(), LANG: 'C.UTF-8', ...env };
}

let host: ChildProcess | undefined;
const waiting = new Map<number, { done: (outcome: Outcome) => void; fail: (error: Error) => void }>();
let lines = 0;

/** The process of the lines that share one, which ends with this one. */
function shared(): ChildProcess {
  if (host !== undefined) return host;
  const child = fork(join(import.meta.dirname, 'cli-host.mjs'), [BIN], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', ({ id, outcome }: { id: number; outcome: Outcome }) => {
    waiting.get(id)?.done(outcome);
    waiting.delete(id);
  });
  child.on('exit', (code, signal) => {
    host = undefined;
    for (const { fail } of waiting.values()) fail(new Error(`the command lines' process ended with ${signal ?? code}`));
    waiting.clear();
  });
  host = child;
  return child;
}

/** Runs a command line to its end, in a process that runs one after the other. What is about the process itself takes `inOwnProcess`. */
export function cli(args: readonly string[], { cwd, env }: CliOptions): Promise<Outcome> {
  const id = ++lines;
  return new Promise((done, fail) => {
    waiting.set(id, { done, fail });
    shared().send({ id, args, cwd, env: cliEnvironment(env) });
  });
}

afterAll(() => host?.disconnect());

function alone(args: readonly string[], { cwd, env }: CliOptions): Promise<Outcome> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: cliEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const outcome = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      outcome[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ ...outcome, code, signal }));
  });
}

/** A document of `--json`. */
export type Document = Record<string, unknown> & { error?: Record<string, unknown>; warnings: Record<string, unknown>[] };

type JsonRun = <D = Document>(args: readonly string[], options: CliOptions) => Promise<{ code: number | null; document: D }>;

function jsonBy(run: typeof cli): JsonRun {
  return async <D>(args: readonly string[], options: CliOptions) => {
    const { code, stdout, stderr } = await run([...args, '--json'], options);
    expect(stderr).toBe('');
    return { code, document: checkDocument(args[0] as string, JSON.parse(stdout)) as D };
  };
}

/** Runs a command with `--json`: gives its exit code and document, which has to be all of the output and of its schema. */
export const cliJson = jsonBy(cli);

/** The same, each line in a process of its own. */
export const inOwnProcess = { cli: alone, cliJson: jsonBy(alone) };

/** Holds a document to the schema of its command, which has to name all of its fields. */
export function checkDocument(command: string, document: unknown): unknown {
  const validate = schemas.getSchema(`${command}.json`);
  if (validate === undefined) throw new Error(`there is no schemas/${command}.json`);
  const isValid = validate(document);
  expect(isValid, `${schemas.errorsText(validate.errors)}\n${JSON.stringify(document, null, 2)}`).toBe(true);
  return document;
}

const schemas = new Ajv2020({ allErrors: true, strict: true, strictRequired: false });
for (const name of readdirSync(join(root, 'schemas'))) schemas.addSchema(closed(JSON.parse(readFileSync(join(root, 'schemas', name), 'utf8'))) as object);

/** The same schema, but without room for fields that it does not name: users get new fields before new schemas, tests do not. */
function closed(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('additionalProperties' in copy) ? { ...copy, additionalProperties: false } : copy;
}
