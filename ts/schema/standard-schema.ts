import { isPromiseLike, reasonOf } from '../api/custom-source.js';
import { native } from '../engine/addon.js';
import { toValue } from '../engine/attachment.js';
import { encode } from '../engine/codec.js';
import { kindOf } from '../engine/path.js';
import { fromNative, SuperConfigError } from '../internal/errors.js';

/** One problem that a schema found. */
interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type StandardResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/**
 * A schema as Zod, Valibot, ArkType and others make them.
 *
 * @see https://standardschema.dev version 1
 * @example
 * ```ts
 * const schema: StandardSchema<unknown, { port: number }> = z.object({ port: z.number() });
 * loadConfigSync({ sources: [defaults({ port: 80 })], schema }).get('port'); // 80
 * ```
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The schema's own part. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1;
    /** The library's name. */
    readonly vendor: string;
    /** Checks a value, at once or not. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** What it takes and gives, for the compiler. */
    readonly types?:
      | {
          /** What it takes. */
          readonly input: Input;
          /** What it gives. */
          readonly output: Output;
        }
      | undefined;
  };
}

/**
 * The type of what a schema gives.
 *
 * @example
 * ```ts
 * const schema = z.object({ port: z.number().default(80) });
 * const output: InferOutput<typeof schema> = { port: 80 };
 * loadConfigSync({ sources: [], schema }).get('port'); // 80
 * ```
 */
export type InferOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** A schema that was given, checked. */
export function schemaOf(given: unknown): StandardSchema {
  // ArkType's schemas are functions.
  const standard = typeof given === 'object' || typeof given === 'function' ? (given as Partial<StandardSchema> | null)?.['~standard'] : undefined;
  if (typeof standard?.validate === 'function') return given as StandardSchema;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a schema is a Standard Schema, not ${kindOf(given)}`, {
    hint: 'use a schema of Zod 3.24, Valibot 1, ArkType 2 or newer, or another library that implements Standard Schema',
  });
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** The ways in which libraries give JSON Schema. */
interface Convertible {
  readonly '~standard': { readonly jsonSchema?: { input?(options: object): unknown } };
  toJSONSchema?(options: object): unknown;
  toJsonSchema?(options: object): unknown;
}

/** Deeper ones than a configuration can be are of no use. */
const MAX_SCHEMA_DEPTH = 100;

const converted = new WeakMap<StandardSchema, JsonSchema | null>();

/**
 * The schema as JSON Schema, where its library tells; made once. What has none, e.g. a date, is left open where that is possible:
 * variables then follow the layers below alone.
 */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  let json = converted.get(schema);
  if (json === undefined) {
    json = convert(schema as unknown as Convertible) ?? null;
    converted.set(schema, json);
  }
  return json ?? undefined;
}

function convert(schema: Convertible): JsonSchema | undefined {
  const ways = [
    // Zod: the standard way gives up where a part has no JSON Schema.
    () => schema.toJSONSchema?.({ io: 'input', unrepresentable: 'any' }),
    // ArkType, for the same reason.
    () => schema.toJsonSchema?.({ fallback: ({ base }: { base: unknown }) => base }),
    () => schema['~standard'].jsonSchema?.input?.({ target: 'draft-2020-12' }),
  ];
  for (const way of ways) {
    try {
      const given = way();
      if (typeof given === 'object' && given !== null) return plain(given);
    } catch {
      // The next way may do.
    }
  }
  return undefined;
}

/** A copy of what JSON can say; `undefined` where it nests without end or too deep. */
function plain(given: object): JsonSchema | undefined {
  const copy: unknown = JSON.parse(JSON.stringify(given, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)));
  return nestsDeeper(copy, MAX_SCHEMA_DEPTH) ? undefined : (copy as JsonSchema);
}

function nestsDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((child) => nestsDeeper(child, depth - 1));
}

/**
 * Checks what waits in the addon: gives what a schema made of it, as it crosses back, or a promise of it.
 *
 * @throws `ERR_SUPERCONFIG_VALIDATION` with every issue; the addon has then forgotten what waited.
 */
export function validate(schema: StandardSchema, pending: number): string | Promise<string> {
  let result: StandardResult<unknown> | PromiseLike<StandardResult<unknown>>;
  try {
    result = schema['~standard'].validate(toValue(native().pendingValue(pending), false));
  } catch (error) {
    throw broken(pending, error);
  }
  if (!isPromiseLike(result)) return conclude(schema, pending, result);
  return Promise.resolve(result).then(
    (result) => conclude(schema, pending, result),
    (error) => {
      throw broken(pending, error);
    },
  );
}

/** The error of a schema that threw instead of answering; with what it threw, unless that quotes a secret. */
function broken(pending: number, cause: unknown): Error {
  const message = `the schema failed: ${reasonOf(cause)}`;
  try {
    return native().refuse(pending, JSON.stringify([{ path: [], message }]));
  } catch (thrown) {
    const error = fromNative(thrown);
    if (error.message.includes(message)) Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
    return error;
  }
}

function conclude(schema: StandardSchema, pending: number, result: StandardResult<unknown>): string {
  if (result.issues !== undefined) {
    const issues = result.issues.flatMap((issue) => toIssues(issue, schema));
    // Throws what the addon makes of them: with the places that the values come from, and secrets masked.
    native().refuse(pending, JSON.stringify(issues));
  }
  const { value } = result as { value: unknown };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    native().discard(pending);
    throw new SuperConfigError('ERR_SUPERCONFIG_VALIDATION', `the schema gives ${kindOf(value)}, and a configuration is an object`);
  }
  try {
    return JSON.stringify(encode(value, "the schema's output", { dates: false }));
  } catch (error) {
    native().discard(pending);
    const { message, path, hint } = error as SuperConfigError;
    throw new SuperConfigError('ERR_SUPERCONFIG_VALIDATION', message, { ...(path && { path }), ...(hint && { hint }), cause: error });
  }
}

interface Issue {
  path: (string | number)[];
  message: string;
  expected?: string;
  found?: string;
  unknown?: boolean;
  known?: string[];
}

/** What libraries tell beyond the standard. */
interface Detailed extends StandardIssue {
  code?: unknown;
  /** Zod: keys that must not be there. */
  keys?: unknown;
  expected?: unknown;
  received?: unknown;
  actual?: unknown;
  /** ArkType: the message without the path that it begins with. */
  problem?: unknown;
}

function toIssues(issue: Detailed, schema: StandardSchema): Issue[] {
  const path = Array.from(issue.path ?? [], (part) => {
    const key = typeof part === 'object' && part !== null ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
  const unknown = (path: (string | number)[]): Issue => {
    const known = keysAt(schema, path.slice(0, -1));
    return { path, message: issue.message, unknown: true, ...(known && { known }) };
  };
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)) return issue.keys.map((key) => unknown([...path, String(key)]));
  // Valibot and ArkType say it of the key itself.
  const isKey = typeof path.at(-1) === 'string';
  if (isKey && (issue.expected === 'never' || issue.expected === 'removed')) return [unknown(path)];
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const expected = text(issue.expected);
  const found = text(issue.received) ?? text(issue.actual);
  return [{ path, message: text(issue.problem) ?? String(issue.message), ...(expected && { expected }), ...(found && { found }) }];
}

/** What Valibot's schemas show of themselves, which have no JSON Schema. */
interface Shown {
  entries?: Record<string, Shown>;
  item?: Shown;
  value?: Shown;
  wrapped?: Shown;
}

/** The keys that a schema of Valibot knows at a path. Those of JSON Schema the addon finds. */
function keysAt(schema: StandardSchema, path: readonly (string | number)[]): string[] | undefined {
  const inner = (shown: Shown | undefined): Shown | undefined => (shown?.wrapped === undefined ? shown : inner(shown.wrapped));
  let at = inner(schema as Shown);
  for (const segment of path) at = inner(typeof segment === 'number' ? at?.item : (at?.entries?.[segment] ?? at?.value));
  return at?.entries && Object.keys(at.entries);
}
