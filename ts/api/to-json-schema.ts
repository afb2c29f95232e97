// The JSON Schema of a schema, in whichever way its library converts it.
import { guard } from '../engine/native-error.js';
import { optionError } from '../internal/validate.js';
import { guidanceOf } from '../schema/json-schema.js';
import { type StandardSchema, validatorOf } from '../schema/standard-schema.js';

/**
 * Converts a Standard Schema to JSON Schema, that of the values that it accepts, as types of variables and marks of secrets are read
 * from it. A part without one, such as a date, accepts anything there. Cost: one conversion for each schema, then a copy.
 *
 * @returns The JSON Schema, or `undefined` where the schema's library has no conversion.
 * @throws `ERR_SUPERCONFIG_OPTION` for what is no Standard Schema, and where its library fails to convert it.
 * @example
 * ```ts
 * toJsonSchema(z.object({ port: z.number().min(1) }))?.required; // ['port']
 * ```
 */
export function toJsonSchema(schema: StandardSchema): Record<string, unknown> | undefined {
  return guard(toJsonSchema, () => {
    validatorOf(schema);
    const { schema: converted, failure } = guidanceOf(schema);
    if (failure !== undefined) throw optionError(`the schema cannot be converted to JSON Schema: ${failure}`);
    return structuredClone(converted) as Record<string, unknown> | undefined;
  });
}
