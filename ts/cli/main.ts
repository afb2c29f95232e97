#!/usr/bin/env node
// The command line: finds the command, loads it, runs it, and ends the process with its exit code.
import { readFileSync } from 'node:fs';
import type { Command } from './command.js';
import { COMMANDS, findCommand } from './commands.js';
import { generalHelp } from './help.js';
import { Sink } from './output/sink.js';
import { UsageError } from './usage-error.js';

const argv = process.argv.slice(2);
const streams = { stdout: new Sink(process.stdout), stderr: new Sink(process.stderr) };

/** Runs a command line; gives its exit code. */
async function main([name, ...rest]: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    streams.stdout.write(generalHelp());
    return 0;
  }
  if (name === '--version' || name === '-v' || name === '-V') {
    streams.stdout.line(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version);
    return 0;
  }
  if (name === '__complete') return (await import('./completion/candidates.js')).complete(rest, streams);
  const [wanted, given] = name === 'help' ? [rest[0] as string, ['--help']] : [name, rest];
  const entry = findCommand(wanted);
  if (entry === undefined) return refuse(unknownCommand(wanted), given);
  const { command } = await entry.load();
  return run(command, given);
}

async function run(command: Command, given: string[]): Promise<number> {
  const [{ HelpRequest, parseLine }, { Terminal }] = await Promise.all([import('./options.js'), import('./output/terminal.js')]);
  let line: ReturnType<typeof parseLine>;
  try {
    line = parseLine(command, given, new Terminal(process.stdout, process.env));
  } catch (thrown) {
    if (thrown instanceof HelpRequest) {
      streams.stdout.line(thrown.message);
      return 0;
    }
    return refuse(thrown, given);
  }
  const { Context } = await import('./context.js');
  const context = new Context(command, line, streams);
  try {
    return await command.run(context);
  } catch (thrown) {
    if (context.isJson) {
      const { errorDocument } = await import('./output/json.js');
      context.json({ error: errorDocument(thrown) });
    } else {
      context.fail(thrown);
    }
    return thrown instanceof UsageError ? 2 : 1;
  }
}

/** Refuses a command line that makes no sense. */
async function refuse(thrown: unknown, given: readonly string[]): Promise<number> {
  if (!(thrown instanceof UsageError)) throw thrown;
  const { message, hint } = thrown;
  if (given.includes('--json')) {
    const { errorDocument, FORMAT, toJson } = await import('./output/json.js');
    streams.stdout.line(toJson({ format: FORMAT, error: errorDocument(thrown), warnings: [] }));
  } else {
    streams.stderr.line(`error ${message}${hint === undefined ? '' : `\n  ${hint}`}`);
  }
  return 2;
}

function unknownCommand(name: string): UsageError {
  if (name.startsWith('-')) return new UsageError(`the command comes first, not ${name}`, 'superconfig --help lists the commands');
  const names = COMMANDS.flatMap((entry) => [entry.name, ...(entry.aliases ?? [])]);
  const near = names.find((other) => other.startsWith(name) || isNear(name, other));
  return new UsageError(`there is no command ${name}`, near === undefined ? 'superconfig --help lists the commands' : `did you mean ${near}?`);
}

/** Whether two names differ by one letter that is missing, added, changed or swapped with the next. */
function isNear(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1) || isSwapped;
}

/** Ends the process once everything is written, whatever a definition left running. */
async function end(code: number): Promise<void> {
  await Promise.all([streams.stdout.flush(), streams.stderr.flush()]);
  process.exit(code);
}

main(argv).then(end, (thrown: unknown) => {
  streams.stderr.line(`error ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  return end(1);
});
