// The JSON Schema of a layer's file: a part of what the schema of the whole wants.

/** What a layer may hold beside values. */
export interface LayerSchemaOptions {
  /** Whether texts with `${…}` stand for values of any type. */
  isInterpolated: boolean;
  /** Whether elements of arrays merge by a key, so that a layer may hold parts of them. */
  mergesElements: boolean;
}

type Schema = boolean | SchemaObject;
type SchemaObject = { readonly [keyword: string]: unknown };

/** A schema for parts of tables, or for whole ones: elements of arrays are replaced, not merged. */
type Mode = 'part' | 'whole';

/** Keywords with a schema of the same table, and with those of elements. */
const OF_TABLE = ['additionalProperties', 'unevaluatedProperties'];
const OF_ELEMENTS = ['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains'];
const LISTS = ['allOf', 'anyOf', 'oneOf'];
const NAMED = ['properties', 'patternProperties', 'dependentSchemas'];
/** Keywords with a schema that is about what is there, not a part of it. */
const OF_OTHERS = ['not', 'propertyNames', 'if', 'then', 'else'];
/** Keywords that ask for what another layer may have: a layer is checked without them. */
const OF_WHOLE = ['required', 'dependentRequired', 'dependencies', 'minProperties', 'minItems', 'contains', 'minContains', 'maxContains', 'if', 'then', 'else'];
/** Keywords that are made anew, or that name the schema of the whole. */
const OF_DOCUMENT = ['$defs', 'definitions', '$id', '$schema', '$anchor'];
/** Keywords that editors show. */
const NOTES = ['title', 'description', 'markdownDescription', 'default', 'examples', 'deprecated'];

/** The names of directives, and of `$schema`. */
const DIRECTIVE_NAME = { pattern: '_(?:add|remove)$|^\\$schema$' };

/** The dialect where a schema names none. */
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** How many references are followed, one from the other. */
const MOST_STEPS = 50;

/**
 * The schema of a layer's file, from the schema of the whole. No key is required, but in elements of arrays, which are never merged unless
 * by a key; each array `K` has `K_add` and `K_remove` beside it, a table `K_remove`; and where references are resolved, a text with one
 * stands for any type.
 */
export function layerSchema(whole: object, options: LayerSchemaOptions): object {
  return new Converter(whole as SchemaObject, options).convert();
}

class Converter {
  readonly #root: SchemaObject;
  readonly #options: LayerSchemaOptions;
  /** The names of the definitions, by mode and reference. */
  readonly #names = new Map<string, string>();
  readonly #definitions = new Map<string, Schema>();

  constructor(root: SchemaObject, options: LayerSchemaOptions) {
    this.#root = root;
    this.#options = options;
  }

  convert(): object {
    const { $schema } = this.#root;
    const layer = this.#table(resolved(this.#root, this.#root), 'part', true);
    return {
      $schema: typeof $schema === 'string' ? $schema : DIALECT,
      ...layer,
      ...(this.#definitions.size > 0 && { $defs: Object.fromEntries(this.#definitions) }),
    };
  }

  #any(schema: unknown, mode: Mode): Schema {
    if (!isObject(schema)) return schema !== false;
    const result = this.#table(schema, mode, false);
    if (!this.#options.isInterpolated || result.$ref !== undefined || admitsText(result)) return result;
    // Editors show the notes beside the alternatives.
    const entries = Object.entries(result);
    const notes = entries.filter(([keyword]) => NOTES.includes(keyword));
    const rest = Object.fromEntries(entries.filter(([keyword]) => !NOTES.includes(keyword)));
    const reference = { type: 'string', pattern: holdsText(rest) ? '\\$\\{' : '^\\$\\{[\\s\\S]*\\}$' };
    return { ...Object.fromEntries(notes), anyOf: [rest, reference] };
  }

  #table(schema: SchemaObject, mode: Mode, isRoot: boolean): SchemaObject {
    const isPart = mode === 'part';
    const ofElements = isPart && this.#options.mergesElements ? 'part' : 'whole';
    const same = (part: unknown) => (isRoot && isObject(part) ? this.#table(part, mode, true) : this.#any(part, mode));
    const isConditional = schema.if !== undefined || schema.then !== undefined || schema.else !== undefined;
    const result: [string, unknown][] = [];
    for (const [keyword, value] of Object.entries(schema)) {
      if (OF_DOCUMENT.includes(keyword) || (isPart && OF_WHOLE.includes(keyword))) continue;
      // What a condition declares is not known without it.
      if (isPart && isConditional && keyword.startsWith('unevaluated')) continue;
      if (isPart && keyword === 'not' && !isSimple(value)) continue;
      if (keyword === '$ref' && typeof value === 'string') result.push([keyword, this.#reference(value, mode)]);
      else if (OF_TABLE.includes(keyword)) result.push([keyword, this.#any(value, mode)]);
      else if (OF_ELEMENTS.includes(keyword))
        result.push([keyword, Array.isArray(value) ? value.map((part) => this.#any(part, ofElements)) : this.#any(value, ofElements)]);
      else if (LISTS.includes(keyword) && Array.isArray(value)) {
        // A part may fit several of the alternatives.
        const parts = value.map(same);
        if (isPart && keyword === 'oneOf')
          result.push(schema.anyOf === undefined ? ['anyOf', parts] : ['allOf', [...this.#allOf(schema, same), { anyOf: parts }]]);
        else if (!isPart || keyword !== 'allOf' || schema.oneOf === undefined || schema.anyOf === undefined) result.push([keyword, parts]);
      } else if (NAMED.includes(keyword) && isObject(value)) result.push([keyword, mapped(value, (part) => this.#any(part, mode))]);
      else if (OF_OTHERS.includes(keyword) && isObject(value)) {
        const other = this.#table(value, 'whole', false);
        result.push([keyword, isPart && keyword === 'propertyNames' && !isAnyText(value) ? { anyOf: [other, DIRECTIVE_NAME] } : other]);
      } else result.push([keyword, value]);
    }
    const converted = Object.fromEntries(result);
    return isPart ? this.#withDirectives(schema, converted, isRoot) : converted;
  }

  #allOf(schema: SchemaObject, convert: (part: unknown) => Schema): Schema[] {
    return Array.isArray(schema.allOf) ? schema.allOf.map(convert) : [];
  }

  /** The reference to the same definition of a mode, which is made where there is none yet. */
  #reference(reference: string, mode: Mode): string {
    if (!reference.startsWith('#')) return reference;
    const key = `${mode} ${reference}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      const last = reference.split('/').at(-1) ?? '';
      const own = reference === '#' ? 'root' : decoded(last);
      name = mode === 'part' ? own : `${own}_whole`;
      const taken = new Set(this.#names.values());
      for (let number = 2; taken.has(name); number++) name = `${own}_${number}`;
      this.#names.set(key, name);
      this.#definitions.set(name, true);
      this.#definitions.set(name, this.#any(targetOf(reference, this.#root) ?? true, mode));
    }
    return `#/$defs/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`;
  }

  /** A table with what a layer may hold beside its keys: directives, and at the root the name of the schema. */
  #withDirectives(before: SchemaObject, converted: SchemaObject, isRoot: boolean): SchemaObject {
    const properties: [string, unknown][] = [];
    const declared = isObject(before.properties) ? before.properties : {};
    if (isRoot && ['properties', 'additionalProperties', 'unevaluatedProperties'].some((keyword) => before[keyword] !== undefined)) {
      properties.push(['$schema', { type: 'string' }]);
    }
    for (const [key, schema] of Object.entries(isObject(converted.properties) ? converted.properties : {})) {
      properties.push([key, schema]);
      for (const [name, directive] of this.#directivesOf(key, declared[key])) if (!Object.hasOwn(declared, name)) properties.push([name, directive]);
    }
    const patterns = this.#patternsOf(
      before,
      converted,
      properties.map(([name]) => name),
    );
    return {
      ...converted,
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(patterns !== undefined && { patternProperties: patterns }),
    };
  }

  #directivesOf(key: string, schema: unknown): [string, Schema][] {
    const { array, object } = this.#kinds(schema);
    if (array === undefined && !object) return [];
    const items = array?.length === 1 ? array[0] : array === undefined || array.length === 0 ? undefined : { anyOf: array };
    const removed =
      object && array !== undefined ? (items === undefined ? undefined : { anyOf: [items, { type: 'string' }] }) : object ? { type: 'string' } : items;
    const list = (description: string, of: unknown) => ({ description, type: 'array', ...(of !== undefined && { items: of }) });
    const remove: [string, Schema] = [`${key}_remove`, list(`Removes from \`${key}\` of the layers below.`, removed)];
    return array === undefined ? [remove] : [[`${key}_add`, list(`Adds to \`${key}\` of the layers below.`, items)], remove];
  }

  /** The patterns with directives for the keys that only patterns declare. */
  #patternsOf(before: SchemaObject, converted: SchemaObject, names: readonly string[]): object | undefined {
    const own = isObject(before.patternProperties) ? before.patternProperties : {};
    const open = before.additionalProperties ?? before.unevaluatedProperties;
    const kinds = [...Object.values(own), ...(isObject(open) ? [open] : [])].map((schema) => this.#kinds(schema));
    if (!kinds.some(({ array, object }) => object || (Object.keys(own).length > 0 && array !== undefined))) return undefined;
    const list = { type: 'array' };
    const patterns = isObject(converted.patternProperties) ? Object.entries(converted.patternProperties) : [];
    const widened = patterns.map(([pattern, schema]) => [pattern, this.#kinds(own[pattern]).object ? { anyOf: [schema, list] } : schema]);
    // Keys that are declared keep their own schema.
    const taken = names.filter((name) => /_(?:add|remove)$/.test(name)).map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    const guard = taken.length === 0 ? '' : `^(?!(?:${taken.join('|')})$)[\\s\\S]*`;
    return { ...Object.fromEntries(widened), [`${guard}_(?:add|remove)$`]: isObject(open) ? { anyOf: [this.#any(open, 'part'), list] } : list };
  }

  /** Whether a table can be there, and an array: then the schemas of its elements, none where any can. */
  #kinds(given: unknown, steps = 0): { array: Schema[] | undefined; object: boolean } {
    if (given === false || steps > MOST_STEPS) return { array: undefined, object: false };
    if (!isObject(given)) return { array: [], object: true };
    const schema = resolved(given, this.#root);
    const types = [schema.type].flat().filter((type) => type !== undefined);
    if (Array.isArray(schema.enum) || schema.const !== undefined) {
      const values: unknown[] = Array.isArray(schema.enum) ? schema.enum : [schema.const];
      return { array: values.some(Array.isArray) ? [] : undefined, object: values.some(isObject) };
    }
    const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => (Array.isArray(schema[keyword]) ? (schema[keyword] as unknown[]) : []));
    if (types.length === 0 && parts.length > 0) {
      const kinds = parts.map((part) => this.#kinds(part, steps + 1));
      const arrays = kinds.flatMap(({ array }) => (array === undefined ? [] : [array]));
      return {
        array: arrays.length === 0 ? undefined : arrays.some((array) => array.length === 0) ? [] : arrays.flat(),
        object: kinds.some(({ object }) => object),
      };
    }
    const isTable = ['properties', 'additionalProperties', 'patternProperties'].some((keyword) => schema[keyword] !== undefined);
    const isArray = ['items', 'prefixItems'].some((keyword) => schema[keyword] !== undefined);
    const hasNone = types.length === 0 && !isTable && !isArray;
    const mode = this.#options.mergesElements ? 'part' : 'whole';
    const items = isObject(schema.items) && schema.prefixItems === undefined ? [this.#any(schema.items, mode)] : [];
    return {
      array: types.includes('array') || hasNone || (types.length === 0 && isArray) ? items : undefined,
      object: types.includes('object') || hasNone || (types.length === 0 && isTable),
    };
  }
}

/** A schema with what its own reference refers to. */
function resolved(schema: SchemaObject, root: SchemaObject): SchemaObject {
  let result = schema;
  for (let steps = 0; typeof result.$ref === 'string' && steps < MOST_STEPS; steps++) {
    const { $ref, ...beside } = result;
    const target = targetOf($ref as string, root);
    if (!isObject(target) || target === root) return steps === 0 && target === root ? { ...omit(root), ...beside } : beside;
    result = { ...target, ...beside };
  }
  return result;
}

function omit({ $defs: _, definitions: __, ...rest }: SchemaObject): SchemaObject {
  return rest;
}

function targetOf(reference: string, root: SchemaObject): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((target, part) => (typeof target === 'object' && target !== null ? (target as SchemaObject)[decoded(part)] : undefined), root);
}

/** A part of a JSON pointer in a URI. */
function decoded(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // It is no URI's: as it is.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Whether any text fits already. */
function admitsText(schema: SchemaObject): boolean {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.some((part) => part === true || (isObject(part) && admitsText(part)));
  const { type } = schema;
  const isBound = ['enum', 'const', 'format', 'pattern', 'minLength', 'maxLength', 'contentEncoding', 'not'].some((keyword) => schema[keyword] !== undefined);
  if (isBound) return false;
  if (type !== undefined) return [type].flat().includes('string');
  return !['allOf', 'oneOf', 'properties', 'additionalProperties', 'items', 'prefixItems'].some((keyword) => schema[keyword] !== undefined);
}

/** Whether some texts fit, so that one may have references in it. */
function holdsText({ type, enum: list, const: only }: SchemaObject): boolean {
  if (Array.isArray(list)) return list.some((value) => typeof value === 'string');
  if (only !== undefined) return typeof only === 'string';
  return type === undefined || [type].flat().includes('string');
}

/** Whether a schema accepts every text. */
function isAnyText({ type, ...rest }: SchemaObject): boolean {
  return (type === undefined || type === 'string') && Object.keys(rest).length === 0;
}

/** Whether what must not be is about a value alone, not about the keys that it has. */
function isSimple(schema: unknown): boolean {
  return !isObject(schema) || Object.keys(schema).every((keyword) => ['type', 'const', 'enum', 'pattern', 'format'].includes(keyword));
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapped(object: SchemaObject, change: (value: unknown) => unknown): SchemaObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
