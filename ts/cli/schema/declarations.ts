// TypeScript declarations of values, merged over several profiles.

/** The shape of the values at one place. */
interface Shape {
  scalars: Set<string>;
  /** The keys of tables, each with how many of the tables have it. */
  keys: Map<string, { shape: Shape; count: number }>;
  tables: number;
  elements: Shape | undefined;
}

/** How declarations are written. */
export interface DeclarationOptions {
  /** The name of the interface. */
  name: string;
  /** Whether keys are spelled in ASCII. */
  isAscii?: boolean;
}

/** A declaration file with one interface: the shape that all of the values have together, with what some of them lack as optional. */
export function declarationsOf(values: readonly unknown[], { name, isAscii = false }: DeclarationOptions): string {
  const shape = emptyShape();
  for (const value of values) add(shape, value);
  const head = '// Written by `superconfig types`: the values of all profiles. Do not edit; run it again.\n';
  return `${head}\nexport interface ${name} ${membersOf(shape, '', isAscii)}\n`;
}

function emptyShape(): Shape {
  return { scalars: new Set(), keys: new Map(), tables: 0, elements: undefined };
}

function add(shape: Shape, value: unknown): void {
  if (Array.isArray(value)) {
    shape.elements ??= emptyShape();
    for (const element of value) add(shape.elements, element);
  } else if (typeof value === 'object' && value !== null) {
    shape.tables += 1;
    for (const [key, child] of Object.entries(value)) {
      const entry = shape.keys.get(key) ?? { shape: emptyShape(), count: 0 };
      entry.count += 1;
      add(entry.shape, child);
      shape.keys.set(key, entry);
    }
  } else {
    shape.scalars.add(value === null ? 'null' : typeof value);
  }
}

/** The order of types in a union. */
const ORDER = ['string', 'number', 'bigint', 'boolean', 'null'];

function typeOf({ scalars, keys, tables, elements }: Shape, indent: string, isAscii: boolean): string[] {
  const types = ORDER.filter((type) => scalars.has(type));
  if (elements !== undefined) {
    const inner = typeOf(elements, indent, isAscii);
    types.unshift(inner.length > 1 ? `(${inner.join(' | ')})[]` : `${inner[0]}[]`);
  }
  if (tables > 0) types.unshift(keys.size === 0 ? 'Record<string, unknown>' : membersOf({ scalars, keys, tables, elements }, indent, isAscii));
  // What is null everywhere may be anything where it is set.
  return types.length === 0 || (types.length === 1 && types[0] === 'null') ? ['unknown'] : types;
}

function membersOf({ keys, tables }: Shape, indent: string, isAscii: boolean): string {
  if (keys.size === 0) return '{}';
  const inner = `${indent}  `;
  const lines = Array.from(keys, ([key, { shape, count }]) => {
    const type = typeOf(shape, inner, isAscii).join(' | ');
    return `${inner}${propertyName(key, isAscii)}${count < tables ? '?' : ''}: ${type};`;
  });
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function propertyName(key: string, isAscii: boolean): string {
  const isPlain = isAscii ? /^[\w$]*$/.test(key) && /^\D/.test(key) : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key);
  const escaped = isAscii ? /[^\0-~]/g : /[\u007f-\u009f\u2028\u2029]/g;
  return isPlain ? key : JSON.stringify(key).replace(escaped, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
