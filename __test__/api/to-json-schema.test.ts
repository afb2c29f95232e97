// Schemas as JSON Schema.
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type StandardSchema, toJsonSchema } from '../../ts/index.ts';

test('gives what the library makes of the accepted values, anew at each call', () => {
  const schema = z.object({ port: z.number().min(1).default(80), until: z.date() });
  const first = toJsonSchema(schema);
  expect(first).toMatchObject({ properties: { port: { type: 'number', minimum: 1 }, until: {} }, required: ['until'] });
  expect(toJsonSchema(schema)).toEqual(first);
  expect(toJsonSchema(schema)).not.toBe(first);
  expect(toJsonSchema(v.object({ port: v.number() }))).toMatchObject({ properties: { port: { type: 'number' } }, required: ['port'] });
});

test('gives nothing where the library has no conversion, and refuses what is no schema or cannot be converted', () => {
  const plain = (jsonSchema?: object) =>
    ({ '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value }), ...(jsonSchema && { jsonSchema }) } }) as StandardSchema;
  expect(toJsonSchema(plain())).toBeUndefined();
  expect(() => toJsonSchema({} as never)).toThrow(expect.objectContaining({ code: 'ERR_SUPERCONFIG_OPTION' }));
  const failing = plain({
    input() {
      throw new Error('no such type');
    },
  });
  expect(() => toJsonSchema(failing)).toThrow(/cannot be converted to JSON Schema: .*no such type/);
});
