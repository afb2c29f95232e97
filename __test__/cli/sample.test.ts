// Values that `check --assume` puts into holes: what the schema at a path takes.
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { sampleAt } from '../../ts/cli/schema/sample.ts';

test.each([
  [{ type: 'integer', minimum: 3 }, 3],
  [{ type: 'integer', exclusiveMinimum: 3, multipleOf: 5 }, 5],
  [{ type: 'number', maximum: -2 }, -2],
  [{ type: 'number', exclusiveMaximum: 0.5 }, expect.closeTo(0.5)],
  [{ type: ['null', 'boolean'] }, false],
  [{ type: 'string', minLength: 9 }, 'assumedxx'],
  [{ type: 'string', maxLength: 2 }, 'as'],
  [{ type: 'string', format: 'ipv4' }, '192.0.2.1'],
  [{ const: 7 }, 7],
  [{ enum: ['a', 'b'] }, 'a'],
  [{ type: 'array', prefixItems: [{ type: 'boolean' }], items: { type: 'integer' }, minItems: 3 }, [false, 1, 1]],
  [{ type: 'object', properties: { a: { type: 'integer' }, b: {} }, required: ['a'] }, { a: 1 }],
  [{ allOf: [{ type: 'integer' }, { minimum: 4 }] }, 4],
  [{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, expect.anything()],
  [{ $defs: { 'a/b': { type: 'boolean' } }, $ref: '#/$defs/a~1b' }, false],
])('%j', (schema, value) => {
  const sample = sampleAt(schema, []);
  expect(sample).toEqual(value);
  expect(new Ajv2020({ strict: false, validateFormats: false }).validate(schema, sample)).toBe(true);
});

test.each([
  [['list', '0'], false],
  [['list', '1'], 1],
  [['map', 'any'], 'assumed'],
  [['kind', 'size'], 2],
  [['shared', 'on'], false],
  [['none', 'at all'], 'assumed'],
])('at %j', (path, value) => {
  const schema = {
    $defs: { switch: { type: 'object', properties: { on: { type: 'boolean' } } } },
    properties: {
      list: { type: 'array', prefixItems: [{ type: 'boolean' }], items: { type: 'integer' } },
      map: { additionalProperties: { type: 'string' } },
      kind: { oneOf: [{ properties: { name: { type: 'string' } } }, { properties: { size: { type: 'integer', minimum: 2 } } }] },
      shared: { $ref: '#/$defs/switch' },
    },
  };
  expect(sampleAt(schema, path)).toEqual(value);
});

test('without a schema it is text', () => expect(sampleAt(undefined, ['a'])).toBe('assumed'));
