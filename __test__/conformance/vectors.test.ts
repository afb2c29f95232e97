// Runs the shared cases of vectors/ through the public facade; vectors/README.md says what a case is.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as sources from '../../ts/api/sources.ts';
import {
  type ArrayStrategy,
  type Candidate,
  source as custom,
  type Format,
  isSuperConfigError,
  type Source,
  type StandardSchema,
  SuperConfig,
  type SuperConfigError,
} from '../../ts/index.ts';
import { sharedDirectory } from '../support/temporary.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Table = { [key: string]: Json };

interface Layer extends Table {
  kind: string;
}

interface Case {
  name: string;
  layers: Layer[];
  files?: Record<string, string>;
  env?: Record<string, string>;
  args?: string[];
  options?: { profile?: string[]; arrays?: Record<string, ArrayStrategy>; interpolate?: boolean; secrets?: string[]; schema?: Table };
  expect: {
    value?: Json;
    order?: string[];
    redacted?: Json;
    warnings?: (string | { code: string; path?: string; contains?: string[] })[];
    error?: string;
    message?: string[];
    notMessage?: string[];
    hint?: string[];
    path?: string;
    origin?: Table;
  };
  explain?: Record<string, { value?: Json; winner?: Table | null; candidates?: number | Table[]; names?: Table[]; unreached?: Table[] }>;
}

const root = join(import.meta.dirname, '../..', 'vectors');
const scratch = sharedDirectory();
let directories = 0;

/** A value as it is meant: JSON cannot write every number. */
function plain(value: Json): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$integer === 'string') return BigInt(value.$integer);
  if (typeof value.$float === 'string') return Number(value.$float);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Both sides with one notation for numbers: `1` is `1n` and `1.0`. */
function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Number.isInteger(value) ? `${BigInt(value)}n` : value;
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}

/** A schema that takes everything, and tells which types it would like. */
function guiding(schema: Table): StandardSchema {
  const standard = { version: 1, vendor: 'vectors', validate: (value: unknown) => ({ value }), jsonSchema: { input: () => schema } } as const;
  return { '~standard': standard };
}

function source(layer: Layer): Source {
  const flags = { ...(layer.join === true ? { join: true } : {}), ...(layer.directives === false ? { directives: false } : {}) };
  const name = (layer.name ?? '') as string;
  const format = layer.format === undefined ? {} : { format: layer.format as Format };
  switch (layer.kind) {
    case 'defaults':
      return sources.defaults(plain(layer.value as Json) as object, flags);
    case 'override':
      return sources.overrides(plain(layer.value as Json) as object, flags);
    case 'file': {
      const profiles = layer.profiles === 'nested' ? { profiles: 'nested' as const } : {};
      return sources.file(name, { ...flags, ...format, ...profiles, ...(layer.optional === true ? { optional: true } : {}) });
    }
    case 'dir':
      return sources.dir(name, { ...flags, ...format, ...(layer.optional === true ? { optional: true } : {}) });
    case 'glob':
      return { ...flags, ...sources.glob(name) };
    case 'text':
      return { ...flags, ...sources.text(layer.text as string, { format: layer.format as Format, name }) };
    case 'dotenv':
      return sources.dotenv({
        ...(layer.path === undefined ? {} : { path: layer.path as string | string[] }),
        ...(layer.optional === true ? { optional: true } : {}),
      });
    case 'env': {
      const options = ['separator', 'mapping', 'fileSuffix', 'infer', 'empty'].filter((key) => layer[key] !== undefined).map((key) => [key, layer[key]]);
      return { ...flags, ...sources.env(layer.prefix as string | false | undefined, Object.fromEntries(options)) };
    }
    case 'args':
      return { ...flags, ...sources.args() };
    case 'custom':
      return custom({ name, load: () => plain(layer.value as Json) as object }, flags);
    default:
      throw new Error(`the kind ${layer.kind} is not one of README.md`);
  }
}

function load({ layers, files = {}, env = {}, args = [], options = {} }: Case): SuperConfig {
  directories += 1;
  const [cwd, home] = [scratch.at(`${directories}`, 'cwd'), scratch.at(`${directories}`, 'home')] as const;
  for (const directory of [cwd, home]) mkdirSync(directory, { recursive: true });
  for (const [path, text] of Object.entries(files)) scratch.write(join(`${directories}`, 'cwd', path), text);
  const builder = SuperConfig.builder({ cwd, home, env, argv: args });
  for (const layer of layers) builder.add(source(layer));
  if (options.profile !== undefined) builder.profile(options.profile);
  if (options.arrays !== undefined) builder.arrays(options.arrays);
  if (options.interpolate === true) builder.interpolate();
  if (options.secrets !== undefined) builder.secrets(options.secrets);
  if (options.schema !== undefined) builder.schema(guiding(options.schema));
  return builder.loadSync();
}

/** Checks the keys that a case gives; `null` for a line or column says that there is none. */
function originFits(wanted: Table, found: { [key: string]: unknown } | undefined): void {
  for (const [key, value] of Object.entries(wanted)) {
    const own = key === 'name' ? (found?.name ?? found?.source) : found?.[key];
    expect(own ?? null, `origin.${key}`).toEqual(value);
  }
}

function candidateFits({ value, ...wanted }: Table, found: Candidate): void {
  originFits(wanted, found as unknown as Record<string, unknown>);
  if (value !== undefined) expect(comparable(found.value)).toEqual(comparable(plain(value)));
}

function checkValue(config: SuperConfig, expected: Case['expect']): void {
  if (expected.value !== undefined) expect(comparable(config.current)).toEqual(comparable(plain(expected.value)));
  if (expected.redacted !== undefined) expect(JSON.parse(JSON.stringify(config))).toEqual(expected.redacted);
  if (expected.order !== undefined) expect(Object.keys(config.current)).toEqual(expected.order);
  const wanted = (expected.warnings ?? []).map((warning) => (typeof warning === 'string' ? { code: warning } : warning));
  const found = config.warnings;
  expect(found.map((warning) => warning.code)).toEqual(wanted.map((warning) => warning.code));
  for (const [at, { path, contains = [] }] of wanted.entries()) {
    if (path !== undefined) expect(found[at]?.path).toBe(path);
    for (const part of contains) expect(found[at]?.message).toContain(part);
  }
}

function checkExplanations(config: SuperConfig, explain: NonNullable<Case['explain']>): void {
  for (const [path, { value, winner, candidates, names, unreached }] of Object.entries(explain)) {
    if (candidates === 0) {
      expect(() => config.explain(path)).toThrow(expect.objectContaining({ code: 'ERR_SUPERCONFIG_PATH' }));
      continue;
    }
    const found = config.explain(path);
    if (value !== undefined) expect(comparable(found.value)).toEqual(comparable(plain(value)));
    if (winner === null) expect(found.winner ?? null).toBeNull();
    else if (winner !== undefined) candidateFits(winner, found.winner as Candidate);
    if (typeof candidates === 'number') expect(found.candidates).toHaveLength(candidates);
    if (Array.isArray(candidates)) {
      expect(found.candidates).toHaveLength(candidates.length);
      for (const [at, wanted] of candidates.entries()) candidateFits(wanted, found.candidates[at] as Candidate);
    }
    if (names !== undefined) expect(found.names).toEqual(names.map((wanted) => expect.objectContaining(wanted)));
    if (unreached !== undefined) {
      const parts = unreached.map(({ reason, ...wanted }) => expect.objectContaining({ ...wanted, reason: expect.stringContaining(String(reason ?? '')) }));
      expect(found.unreached).toEqual(parts);
    }
  }
}

function checkError(error: SuperConfigError, expected: Case['expect']): void {
  expect(error.code).toBe(expected.error);
  for (const part of expected.message ?? []) expect(error.message).toContain(part);
  for (const part of expected.hint ?? []) expect(error.hint ?? '').toContain(part);
  for (const part of expected.notMessage ?? []) expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(part);
  if (expected.path !== undefined) expect(error.path).toBe(expected.path);
  if (expected.origin !== undefined) originFits(expected.origin, error.origin as unknown as Record<string, unknown>);
}

function run(given: Case): void {
  let config: SuperConfig;
  try {
    config = load(given);
  } catch (error) {
    if (given.expect.error === undefined || !isSuperConfigError(error)) throw error;
    checkError(error, given.expect);
    return;
  }
  try {
    expect(given.expect.error, `found ${JSON.stringify(config.current, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`).toBeUndefined();
    checkValue(config, given.expect);
    checkExplanations(config, given.explain ?? {});
  } finally {
    config.close();
  }
}

let ran = 0;
for (const topic of readdirSync(root, { withFileTypes: true })) {
  if (!topic.isDirectory()) continue;
  describe(topic.name, () => {
    for (const file of readdirSync(join(root, topic.name))) {
      const cases = JSON.parse(readFileSync(join(root, topic.name, file), 'utf8')) as Case[];
      test(file, () => {
        for (const given of cases) {
          try {
            run(given);
          } catch (error) {
            throw new Error(`${given.name}: ${(error as Error).message}`, { cause: error });
          }
          ran += 1;
        }
      });
    }
  });
}

afterAll(() => {
  process.stdout.write(`vectors: ${ran} cases\n`);
});
