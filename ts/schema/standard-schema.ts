// The interface Standard Schema, and the check of a prepared load with such a schema.
import { native } from '../engine/addon.js';
import { encode, toValue } from '../engine/codec.js';
import { reasonOf } from '../engine/custom-source.js';
import type { Bounds } from '../engine/lifetime.js';
import type { Validator } from '../engine/load-request.js';
import { fromNative } from '../engine/native-error.js';
import { settleWithin, timeoutOf } from '../engine/settle-within.js';
import { type ErrorDetails, isError, isSuperConfigError, SuperConfigError } from '../internal/errors.js';
import { isPromiseLike, kindOf, optionError } from '../internal/validate.js';
import { type Issue, type StandardIssue, toIssues } from './issues.js';
import { guidanceOf } from './json-schema.js';

type StandardResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

/**
 * The options of a schema.
 *
 * @example
 * ```ts
 * const options: SchemaOptions = { timeoutMs: 30_000 };
 * SuperConfig.builder().defaults({ port: 80 }).schema(z.object({ port: z.number() }), options).loadSync().get('port'); // 80
 * ```
 */
export interface SchemaOptions {
  /** The time that a promise of the schema may take, in milliseconds; 10,000 by default. After that it counts as failed. */
  timeoutMs?: number;
}

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
    /** Checks a value; returns the result, or a promise of it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Its types, for the compiler. */
    readonly types?:
      | {
          /** The type of the values that it accepts. */
          readonly input: Input;
          /** The type of the values that it returns. */
          readonly output: Output;
        }
      | undefined;
  };
}

/**
 * The type of the values that a schema returns.
 *
 * @example
 * ```ts
 * const schema = z.object({ port: z.number().default(80) });
 * const output: InferOutput<typeof schema> = { port: 80 };
 * loadConfigSync({ sources: [], schema }).get('port'); // 80
 * ```
 */
export type InferOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** How long a promise of a schema is waited for. */
const DEFAULT_TIMEOUT_MS = 10_000;

/** The validator of a schema. @throws `ERR_SUPERCONFIG_OPTION` for what is no Standard Schema, or a time that is none. */
export function validatorOf(given: unknown, { timeoutMs = DEFAULT_TIMEOUT_MS }: SchemaOptions = {}): Validator {
  // ArkType's schemas are functions.
  const standard = typeof given === 'object' || typeof given === 'function' ? (given as Partial<StandardSchema> | null)?.['~standard'] : undefined;
  if (typeof standard?.validate !== 'function') {
    const hint = 'use a schema of Zod 3.24, Valibot 1, ArkType 2 or newer, or another library that implements Standard Schema';
    throw optionError(`a schema is a Standard Schema, not ${kindOf(given)}`, hint);
  }
  const schema = given as StandardSchema;
  timeoutOf(timeoutMs);
  return { guidance: () => guidanceOf(schema), validate: (prepared, bounds) => validate(schema, prepared, timeoutMs, bounds) };
}

function validate(schema: StandardSchema, prepared: number, timeoutMs: number, bounds: Bounds): string | Promise<string> {
  const failed = (thrown: unknown) => {
    // Of a configuration that was closed meanwhile nobody wants to know more.
    throw bounds.lifetime.ended ? thrown : schemaFailure(prepared, thrown);
  };
  const conclude = (result: unknown) => {
    let output: Output;
    try {
      output = outputOf(result);
    } catch (thrown) {
      return failed(thrown);
    }
    if ('text' in output) return output.text;
    throw withDetails(refusal(prepared, output.issues), output.details);
  };
  let result: unknown;
  let later: PromiseLike<unknown> | undefined;
  try {
    result = schema['~standard'].validate(toValue(native().preparedValue(prepared), false));
    if (isPromiseLike(result)) later = result;
  } catch (thrown) {
    return failed(thrown);
  }
  if (later === undefined) return conclude(result);
  return settleWithin(later, timeoutMs, bounds, () => new Error(`it has not answered within ${timeoutMs} ms`)).then(conclude, failed);
}

/** The error of a schema that threw in place of returning issues; with what it threw where that has nothing but its message, and the message quotes no secret. */
function schemaFailure(prepared: number, cause: unknown): unknown {
  const message = `the schema failed: ${reasonOf(cause)}`;
  const error = refusal(prepared, [{ path: [], message }]);
  if (isBare(cause) && isSuperConfigError(error) && error.message.includes(message)) {
    Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true });
  }
  return error;
}

/** Discards a prepared load for its issues: the error that the addon makes of them has the origins of the values, and secrets masked. */
function refusal(prepared: number, issues: Issue[]): unknown {
  try {
    // What is no text crosses as if it were.
    return native().discard(
      prepared,
      JSON.stringify(issues, (_, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)),
    );
  } catch (thrown) {
    return fromNative(thrown);
  }
}

/** What a schema returned: the output as it crosses, or what is wrong with the values, or with the output itself. */
type Output = { readonly text: string } | { readonly issues: Issue[]; readonly details?: ErrorDetails };

/** What a schema returned, checked: it may be anything, with getters that throw. */
function outputOf(result: unknown): Output {
  if (typeof result !== 'object' || result === null) return wrong(`the schema gives ${kindOf(result)} in place of a result`);
  const { issues, value } = result as { issues?: unknown; value?: unknown };
  if (Array.isArray(issues)) {
    // One that finds nothing wrong has no issues at all.
    if (issues.length === 0) return wrong('the schema refuses the values and does not say why');
    const stranger = issues.find((issue) => typeof issue !== 'object' || issue === null);
    if (stranger !== undefined || issues.includes(undefined)) return wrong(`an issue of the schema is an object, not ${kindOf(stranger)}`);
    return { issues: issues.flatMap((issue) => toIssues(issue)) };
  }
  if (issues !== undefined) return wrong(`the issues of the schema are an array, not ${kindOf(issues)}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong(`the schema gives ${kindOf(value)}, and a configuration is an object`);
  }
  try {
    return { text: JSON.stringify(encode(value, "the schema's output", { isOutput: true })) };
  } catch (thrown) {
    const { message, path, hint } = thrown as SuperConfigError;
    return { ...wrong(message), details: { ...(path && { path }), ...(hint && { hint }), cause: thrown } };
  }
}

function wrong(message: string): { readonly issues: Issue[] } {
  return { issues: [{ path: [], message }] };
}

/** Adds what the addon cannot know of an error. */
function withDetails(error: unknown, details: ErrorDetails | undefined): unknown {
  if (details === undefined || !isSuperConfigError(error)) return error;
  return new SuperConfigError(error.code, error.message, { ...details, ...(error.issues && { issues: error.issues }) });
}

/** Whether an error has nothing but its message, which is masked: a nested cause or another field could quote a secret too. */
function isBare(thrown: unknown): boolean {
  try {
    return isError(thrown) && Reflect.ownKeys(thrown).every((key) => key === 'message' || key === 'stack');
  } catch {
    return false;
  }
}
