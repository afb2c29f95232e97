// `superconfig types`: declarations of the merged values over all profiles.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from '../../index.js';
import type { Command } from '../command.js';
import { declarationsOf } from '../schema/declarations.js';
import { loadUnchecked, selectionsOf } from '../selections.js';
import { UsageError } from '../usage-error.js';

export const command: Command = {
  name: 'types',
  help:
    'A .d.ts of the merged values over all profiles, for programs without a schema: what some profiles lack is optional, and what differs is a ' +
    'union. With --check, exit code 1 where the file of --out is not what would be written; with --no-env, machines and CI agree.',
  examples: ['types --no-env --out config.d.ts', 'types --no-env --check --out config.d.ts', 'types --name AppConfig'],
  options: [
    { flags: '--name <NAME>', description: 'the name of the interface; Config where nothing is said' },
    { flags: '--check', description: 'compare with the file of --out, and write nothing' },
    { flags: '--no-env', description: 'without variables, .env files and flags' },
  ],
  shared: { sources: true, json: true, out: true },
  quiet: true,
  async run(context) {
    const [name, out, isCheck] = [context.text('name') ?? 'Config', context.text('out'), context.flag('check')];
    if (!isTypeName(name)) throw new UsageError(`${name} cannot name an interface`);
    if (isCheck && out === undefined) throw new UsageError('--check compares with a file', 'name it with --out');
    const selections = await selectionsOf(context, { hasVariables: !context.isOff('env') });
    const values: unknown[] = [];
    for (const { options } of selections) {
      const config = await loadUnchecked(options);
      values.push(withoutSecretKeys(config.current, parse(config.toString({ format: 'json5' }), 'json5')));
      config.close();
    }
    const profiles = selections.map((selection) => selection.profiles);
    const loaded = { from: (await context.definition()).label, profiles: [] };
    const text = declarationsOf(values, { name, isAscii: out === undefined && !context.terminal.isUnicode });
    if (isCheck) {
      const path = resolve(context.cwd, out as string);
      const isCurrent = existsSync(path) && readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text;
      if (context.isJson) context.json({ loaded, selections: profiles, out, isCurrent });
      else if (!isCurrent) context.say(`${out} is not what the configuration is now; superconfig types --out ${out} writes it`);
      return isCurrent ? 0 : 1;
    }
    if (out !== undefined || !context.isJson) context.document(text);
    if (context.isJson) context.json({ loaded, selections: profiles, ...(out === undefined ? { text } : { out }) });
    return 0;
  },
};

/** Values whose secret tables and arrays are empty: nothing below a secret is shown, not even a key. */
function withoutSecretKeys(value: unknown, redacted: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof redacted !== 'object' || redacted === null) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) return value.map((element, at) => withoutSecretKeys(element, (redacted as unknown[])[at]));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutSecretKeys(child, (redacted as Record<string, unknown>)[key])]));
}

/** Types of the language cannot be declared anew. */
const TAKEN = ['any', 'unknown', 'never', 'void', 'null', 'undefined', 'string', 'number', 'boolean', 'bigint', 'symbol', 'object'];
const WORDS =
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in ' +
  'instanceof interface let new package private protected public return static super switch this throw true try typeof var while with yield';

function isTypeName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) && !TAKEN.includes(name) && !WORDS.split(' ').includes(name);
}
