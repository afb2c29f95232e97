// Values as the code of a definition.

/** The longest object or array in one line. */
const LONGEST = 100;

/** Code that stands as it is. */
export class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value of JSON as JavaScript. */
export function codeOf(value: unknown, indentation: string): string {
  if (typeof value === 'string') return textOf(value);
  if (value instanceof Code) return value.text;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indentation}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => codeOf(item, inner))
    : Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [`${keyOf(key)}: ${codeOf(member, inner)}`]));
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const space = Array.isArray(value) ? '' : ' ';
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  if (line.length <= LONGEST && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},`).join('\n')}\n${indentation}${close}`;
}

function textOf(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1);
  return `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function keyOf(key: string): string {
  // `__proto__` as a plain key would set the prototype.
  if (key === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : textOf(key);
}
