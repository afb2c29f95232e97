// A value that a JSON Schema accepts, for a place that has none.
import type { JsonSchema } from './schema-of.js';

const FORMATS: Readonly<Record<string, string>> = {
  email: 'assumed@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  'uri-reference': '/assumed',
  uuid: '00000000-0000-4000-8000-000000000000',
  guid: '00000000-0000-4000-8000-000000000000',
  date: '2000-01-01',
  time: '00:00:00Z',
  'date-time': '2000-01-01T00:00:00Z',
  duration: 'PT1S',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  hostname: 'assumed.example.com',
  regex: '.*',
};

const MOST_STEPS = 100;

/** A value of the type that a schema has at a path; text where it says nothing. */
export function sampleAt(schema: JsonSchema | undefined, path: readonly string[]): unknown {
  let node = schema === undefined ? undefined : resolved(schema, schema);
  for (const key of path) node = node === undefined ? undefined : below(node, key, schema as JsonSchema);
  return sampleOf(node ?? {}, schema ?? {}, 0);
}

function below(node: JsonSchema, key: string, root: JsonSchema): JsonSchema | undefined {
  const own = objectOf(objectOf(node.properties)?.[key]) ?? (/^\d+$/.test(key) ? (listOf(node.prefixItems)[Number(key)] ?? objectOf(node.items)) : undefined);
  const found = own ?? objectOf(node.additionalProperties);
  if (found !== undefined) return resolved(found, root);
  for (const variant of [...listOf(node.allOf), ...listOf(node.anyOf), ...listOf(node.oneOf)]) {
    const inner = below(resolved(variant, root), key, root);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function sampleOf(given: JsonSchema, root: JsonSchema, steps: number): unknown {
  if (steps > MOST_STEPS) return null;
  const schema = resolved(given, root);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  const [variant] = [...listOf(schema.anyOf), ...listOf(schema.oneOf)].filter((choice) => choice.type !== 'null');
  if (schema.type === undefined && variant !== undefined) return sampleOf(variant, root, steps + 1);
  const all = listOf(schema.allOf).map((part) => resolved(part, root));
  if (schema.type === undefined && all.length > 0) return sampleOf(Object.assign({}, ...all, schema, { allOf: undefined }), root, steps + 1);
  const types = [schema.type].flat().filter((type) => type !== 'null');
  switch (types[0] ?? (schema.properties === undefined ? 'string' : 'object')) {
    case 'integer':
    case 'number':
      return numberOf(schema, types[0] === 'integer');
    case 'boolean':
      return false;
    case 'array': {
      const fixed = listOf(schema.prefixItems).map((item) => sampleOf(item, root, steps + 1));
      const item = objectOf(schema.items) ?? {};
      while (fixed.length < Number(schema.minItems ?? 0) && fixed.length < MOST_STEPS) fixed.push(sampleOf(item, root, steps + 1));
      return fixed;
    }
    case 'object': {
      const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
      const properties = objectOf(schema.properties) ?? {};
      return Object.fromEntries(required.map((key) => [key, sampleOf(objectOf(properties[key]) ?? {}, root, steps + 1)]));
    }
    default:
      return textOf(schema);
  }
}

function numberOf(schema: JsonSchema, isInteger: boolean): number {
  const step = isInteger ? 1 : Number.EPSILON * 2 ** 20;
  const least = typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + step : typeof schema.minimum === 'number' ? schema.minimum : undefined;
  const most = typeof schema.exclusiveMaximum === 'number' ? schema.exclusiveMaximum - step : typeof schema.maximum === 'number' ? schema.maximum : undefined;
  let number = Math.max(least ?? Math.min(most ?? 1, 1), Math.min(1, most ?? 1));
  if (isInteger) number = Math.ceil(number);
  const multiple = schema.multipleOf;
  return typeof multiple === 'number' && multiple > 0 ? Math.ceil(number / multiple) * multiple : number;
}

function textOf({ format, minLength, maxLength }: JsonSchema): string {
  const base = (typeof format === 'string' ? FORMATS[format] : undefined) ?? 'assumed';
  const least = Math.min(typeof minLength === 'number' ? minLength : 0, 1 << 16);
  const text = base.length < least ? base.padEnd(least, 'x') : base;
  return typeof maxLength === 'number' && text.length > maxLength ? text.slice(0, maxLength) : text;
}

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let node = schema;
  for (let steps = 0; typeof node.$ref === 'string' && node.$ref.startsWith('#') && steps < MOST_STEPS; steps++) {
    const { $ref, ...beside } = node as JsonSchema & { $ref: string };
    let target: unknown = root;
    for (const part of $ref.slice(1).split('/').slice(1)) {
      target = objectOf(target)?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    node = { ...(objectOf(target) ?? {}), ...beside };
  }
  return node;
}

function objectOf(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}

function listOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.map(objectOf).filter((item) => item !== undefined) : [];
}
