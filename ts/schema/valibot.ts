// Valibot's schemas as JSON Schema, and its unknown keys: they describe themselves, and Standard Schema has no words for it.

type JsonSchema = Record<string, unknown>;

/** The fields of Valibot's schemas and actions that say what they accept. */
interface Described {
  kind?: string;
  type?: string;
  entries?: Record<string, Described>;
  item?: Described;
  items?: Described[];
  rest?: Described;
  key?: Described;
  value?: Described;
  wrapped?: Described;
  options?: unknown[];
  literal?: unknown;
  requirement?: unknown;
  metadata?: object;
  pipe?: Described[];
  getter?(input: unknown): Described;
}

/** Definitions that a schema may refer to; more come only from getters that make a new schema at each call. */
const MAX_DEFINITIONS = 1000;

const OPTIONAL = new Set(['optional', 'nullish', 'undefinedable', 'exact_optional']);

/** The keywords that bound a value, by the types of Valibot's validations. */
const BOUNDS: Readonly<Record<string, string>> = {
  min_value: 'minimum',
  max_value: 'maximum',
  min_length: 'minLength',
  max_length: 'maxLength',
};

/** A schema of Valibot as JSON Schema; parts without one, e.g. dates, accept anything. `undefined` for those of other libraries. */
export function valibotJsonSchema(schema: object): unknown {
  if ((schema as { '~standard': { vendor?: unknown } })['~standard'].vendor !== 'valibot') return undefined;
  const converter = new Converter();
  return { ...converter.convert(schema as Described), $defs: converter.definitions };
}

class Converter {
  readonly definitions: Record<string, JsonSchema> = {};
  readonly #names = new Map<Described, string>();

  convert(schema: Described): JsonSchema {
    const converted = this.#own(schema);
    for (const action of schema.pipe ?? []) {
      if (action.kind === 'transformation') break;
      if (action.type === 'integer') converted.type = 'integer';
      const bound = BOUNDS[action.type ?? ''];
      if (bound !== undefined && typeof action.requirement === 'number') converted[bound] = action.requirement;
      if (action.type === 'metadata') Object.assign(converted, action.metadata);
    }
    return converted;
  }

  #own(schema: Described): JsonSchema {
    const { type = '', entries, items, rest, item, key, value, wrapped, options = [], literal } = schema;
    if (entries !== undefined) return this.#object(entries, type === 'strict_object' ? false : rest && this.convert(rest));
    if (items !== undefined) return { type: 'array', prefixItems: items.map((one) => this.convert(one)), ...(rest && { items: this.convert(rest) }) };
    if (wrapped !== undefined) return type.startsWith('null') ? { anyOf: [this.convert(wrapped), { type: 'null' }] } : this.convert(wrapped);
    const parts = () => options.map((one) => this.convert(one as Described));
    switch (type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return { type };
      case 'literal':
        return ['string', 'number', 'boolean'].includes(typeof literal) ? { const: literal } : {};
      case 'picklist':
      case 'enum':
        return { enum: options.filter((one) => typeof one !== 'bigint') };
      case 'array':
        return { type: 'array', items: item ? this.convert(item) : {} };
      case 'record':
        return { type: 'object', propertyNames: key ? this.convert(key) : {}, additionalProperties: value ? this.convert(value) : {} };
      case 'union':
      case 'variant':
        return { anyOf: parts() };
      case 'intersect':
        return { allOf: parts() };
      case 'lazy':
        return this.#reference(schema);
      default:
        return {};
    }
  }

  #object(entries: Record<string, Described>, additionalProperties: unknown): JsonSchema {
    const names = Object.keys(entries);
    return {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, this.convert(entries[name] as Described)])),
      required: names.filter((name) => !OPTIONAL.has(entries[name]?.type ?? '')),
      ...(additionalProperties !== undefined && { additionalProperties }),
    };
  }

  /** A schema that may contain itself, by its name. */
  #reference(schema: Described): JsonSchema {
    let name = this.#names.get(schema);
    if (name === undefined) {
      if (this.#names.size === MAX_DEFINITIONS) return {};
      name = `lazy${this.#names.size}`;
      this.#names.set(schema, name);
      this.definitions[name] = this.convert(schema.getter?.(undefined) ?? {});
    }
    return { $ref: `#/$defs/${name}` };
  }
}

/** Whether an issue is about a key that must not be there. */
export function isValibotUnknownKey({ expected }: { expected?: unknown }): boolean {
  return expected === 'never';
}
