// Standard Schema: what a schema is, and checking a prepared load with one.
import { native } from '../engine/addon.js';
import { encode, toValue } from '../engine/codec.js';
import { reasonOf } from '../engine/custom-sources.js';
import type { Validator } from '../engine/load-request.js';
import { fromNative } from '../engine/native-error.js';
import { isError, isSuperConfigError, SuperConfigError } from '../internal/errors.js';
import { isPromiseLike, kindOf, optionError } from '../internal/validate.js';
import { type Issue, type StandardIssue, toIssues } from './issues.js';
import { jsonSchemaOf } from './json-schema.js';

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

/** The validator of a schema. @throws `ERR_SUPERCONFIG_OPTION` for what is no Standard Schema. */
export function validatorOf(given: unknown): Validator {
  // ArkType's schemas are functions.
  const standard = typeof given === 'object' || typeof given === 'function' ? (given as Partial<StandardSchema> | null)?.['~standard'] : undefined;
  if (typeof standard?.validate !== 'function') {
    const hint = 'use a schema of Zod 3.24, Valibot 1, ArkType 2 or newer, or another library that implements Standard Schema';
    throw optionError(`a schema is a Standard Schema, not ${kindOf(given)}`, hint);
  }
  const schema = given as StandardSchema;
  return { jsonSchema: () => jsonSchemaOf(schema), validate: (prepared) => validate(schema, prepared) };
}

function validate(schema: StandardSchema, prepared: number): string | Promise<string> {
  const failed = (thrown: unknown) => {
    throw schemaFailure(prepared, thrown);
  };
  let result: unknown;
  try {
    result = schema['~standard'].validate(toValue(native().preparedValue(prepared), false));
  } catch (thrown) {
    return failed(thrown);
  }
  const conclude = (result: unknown) => outputOf(schema, prepared, result as StandardResult<unknown>);
  return isPromiseLike(result) ? Promise.resolve(result).then(conclude, failed) : conclude(result);
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
    return native().discard(prepared, JSON.stringify(issues));
  } catch (thrown) {
    return fromNative(thrown);
  }
}

/** What a schema returned, as it crosses. */
function outputOf(schema: StandardSchema, prepared: number, result: StandardResult<unknown>): string {
  if (result.issues !== undefined) {
    throw refusal(
      prepared,
      result.issues.flatMap((issue) => toIssues(issue, schema)),
    );
  }
  const { value } = result;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SuperConfigError('ERR_SUPERCONFIG_VALIDATION', `the schema gives ${kindOf(value)}, and a configuration is an object`);
  }
  try {
    return JSON.stringify(encode(value, "the schema's output", { dates: false }));
  } catch (thrown) {
    const { message, path, hint } = thrown as SuperConfigError;
    throw new SuperConfigError('ERR_SUPERCONFIG_VALIDATION', message, { ...(path && { path }), ...(hint && { hint }), cause: thrown });
  }
}

/** Whether an error has nothing but its message, which is masked: a nested cause or another field could quote a secret too. */
function isBare(thrown: unknown): boolean {
  return isError(thrown) && Reflect.ownKeys(thrown).every((key) => key === 'message' || key === 'stack');
}
