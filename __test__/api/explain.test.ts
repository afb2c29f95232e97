import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Candidate, type Format, type Source, SuperConfig, source, text } from '../../ts/index.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const directory = temporaryDirectory();

/** The same values in each format, and where those of `a.b`, `list[1]` and `servers[0].host` stand. */
const TEXTS: Record<Exclude<Format, 'dotenv'>, [text: string, ...places: (readonly [line: number, column: number] | null)[]]> = {
  json: ['{\n\t"a": { "ключ": 0, "b": 2 },\n  "list": ["x",\n    "y"], "servers": [{"host": "h"}]\n}\n', [2, 25], [4, 5], [4, 32]],
  jsonc: ['// first\n{ "a": { /* é */ "b": 2, },\n  "list": ["x", /* , */ "y"],\n  "servers": [ { "host": "h" } ] }\n', [2, 23], [3, 25], [4, 26]],
  json5: ["{ a: { b: +2 },\n  list: ['x',\n'y'],\n  servers: [{ host: 'h' }],\n}\n", [1, 11], [3, 1], [4, 21]],
  toml: ['list = ["x", # one\n  "y"]\na = { "ö" = 0, b = 2 }\n[[servers]]\nhost = "h"\n', [3, 20], [2, 3], [5, 8]],
  yaml: ['a: &anchor\n  ü: 0\n  b:   2\nlist:\n- x\n- "y"\nservers:\n  - host: h\n', [3, 8], [6, 3], [8, 11]],
  ini: ['; comment\n[a]\nb = 2\n', [3, 5], null, null],
};

describe('explain gives the position of a value in each format', () => {
  const ends = { LF: (text: string) => text, CRLF: (text: string) => text.replaceAll('\n', '\r\n'), BOM: (text: string) => `\ufeff${text}` };
  const cases = Object.entries(TEXTS).flatMap(([format, [text, ...places]]) =>
    Object.entries(ends).map(([end, change]) => [`${format}, ${end}`, format as Format, change(text), places] as const),
  );
  test.each(cases)('%s', (_, format, text, places) => {
    const name = `config.${format}`;
    directory.write(name, text);
    const config = SuperConfig.builder({ cwd: directory.path, env: {} }).file(name).text(text, { format, name: 'given' }).loadSync();
    for (const [at, path] of ['a.b', 'list[1]', 'servers[0].host'].entries()) {
      const place = places[at];
      if (place == null) continue;
      const [line, column] = place;
      const { candidates, winner, value } = config.explain(path);
      expect(winner).toMatchObject({ kind: 'text', name: 'given', line, column, action: 'set' });
      // Arrays are replaced whole: an element has one layer, as a leaf of tables has both.
      const inFile = candidates.find(({ kind }) => kind === 'file');
      if (path === 'a.b') expect(inFile).toMatchObject({ name, file: name, line, column });
      expect(JSON.stringify(value)).toBe(JSON.stringify(config.get(path)));
    }
    config.close();
  });
});

/** What each kind of source says of `server.port`, with what a candidate of it tells. */
const KINDS: Record<string, [add: (builder: ReturnType<typeof SuperConfig.builder>) => unknown, told: Partial<Candidate>]> = {
  defaults: [(builder) => builder.defaults({ server: { port: 1 } }), { kind: 'defaults', name: 'defaults', action: 'set', value: 1 }],
  'defaults with a name': [(builder) => builder.defaults({ server: { port: 2 } }, { name: 'base' }), { kind: 'defaults', name: 'base', value: 2 }],
  file: [(builder) => builder.file('a.toml'), { kind: 'file', name: 'a.toml', file: 'a.toml', line: 2, column: 8, value: 3 }],
  glob: [(builder) => builder.glob('b*.json'), { kind: 'file', file: 'b.json', line: 1, column: 21, value: 4 }],
  'a nested profile': [(builder) => builder.file('n.yaml', { profiles: 'nested' }), { kind: 'file', name: 'n.yaml', line: 3, column: 11, value: 5 }],
  text: [(builder) => builder.text('server.port = 6', { format: 'toml', name: 'inline' }), { kind: 'text', name: 'inline', line: 1, column: 15, value: 6 }],
  custom: [(builder) => builder.source({ name: 'remote', load: () => ({ server: { port: 7 } }) }), { kind: 'custom', name: 'remote', value: 7 }],
  env: [(builder) => builder.env('APP'), { kind: 'env', name: 'env', variable: 'APP_SERVER__PORT', value: 8 }],
  'env by name': [(builder) => builder.env('NONE', { mapping: { 'server.port': 'PORT' } }), { kind: 'env', variable: 'PORT', value: 9 }],
  dotenv: [(builder) => builder.dotenv().env('DOT'), { kind: 'dotenv', file: '.env', variable: 'DOT_SERVER_PORT', line: 2, column: 17, value: 10 }],
  args: [(builder) => builder.args(['--server.port=11']), { kind: 'args', name: 'args', variable: '--server.port', value: 11 }],
  'args that set': [(builder) => builder.args(['--set', 'server.port=12']), { kind: 'args', value: 12 }],
  overrides: [(builder) => builder.overrides({ server: { port: 13 } }), { kind: 'override', name: 'overrides', value: 13 }],
};

test('every kind of source is a candidate, from the lowest to the highest', () => {
  directory.write('a.toml', '[server]\nport = 3\n');
  directory.write('b.json', '{"server": {"port": 4}}');
  directory.write('n.yaml', 'default:\n  server:\n    port: 5\nother: {server: {port: 0}}\n');
  directory.write('.env', '# a comment\nDOT_SERVER_PORT=10\n');
  const builder = SuperConfig.builder({ cwd: directory.path, home: directory.path, env: { APP_SERVER__PORT: '8', PORT: '9' } });
  const added: Partial<Candidate>[] = [];
  for (const [add, told] of Object.values(KINDS)) {
    add(builder);
    added.push(told);
    const config = builder.loadSync();
    const { candidates, winner, value, path } = config.explain('server.port');
    expect(candidates).toMatchObject(added);
    expect(candidates.length).toBe(added.length);
    expect(winner).toEqual(candidates.at(-1));
    expect([path, value, config.get('server.port')]).toEqual(['server.port', told.value, told.value]);
    expect(config.handle('server.port').explain()).toEqual(config.explain('server.port'));
    config.close();
  }
});

describe('overriding, adding, removing and filling', () => {
  const told = (candidates: Candidate[]) => candidates.map(({ name, action, value, line }) => [name, action, value, line]);
  const layer = (name: string, content: string): Source => text(content, { format: 'yaml', name });
  const load = (...sources: Source[]) => {
    const builder = SuperConfig.builder({ env: { APP_LIST_ADD: 'e' } }).defaults({ list: ['a', 'b'], table: { one: 1, two: 2 }, kept: 1 });
    for (const one of sources) builder.add(one);
    return builder.loadSync();
  };

  test('directives are candidates of the array, and its elements have their own', () => {
    const config = load(layer('file', 'list_remove: [a]\nlist_add:\n  - c\n'), layer('more', 'list_add: [d]\n'), { kind: 'env', prefix: 'APP' } as Source);
    expect(config.get('list')).toEqual(['b', 'c', 'd', 'e']);
    expect(told(config.explain('list').candidates)).toEqual([
      ['defaults', 'set', ['a', 'b'], undefined],
      ['file', 'add', ['c'], 3],
      ['file', 'remove', ['a'], 1],
      ['more', 'add', ['d'], 1],
      ['env', 'add', ['e'], undefined],
    ]);
    expect(config.explain('list').winner).toMatchObject({ kind: 'env', variable: 'APP_LIST_ADD' });
    expect(config.explain('list[0]').winner).toMatchObject({ name: 'defaults', value: 'b' });
    expect(config.explain('list[1]').winner).toMatchObject({ name: 'file', action: 'add', value: 'c', line: 3, column: 5 });
    expect(config.explain('list[3]').winner).toMatchObject({ kind: 'env', variable: 'APP_LIST_ADD', value: 'e' });
    config.close();
  });

  test('a key that is removed from a table, and a key that only fills', () => {
    const config = load(
      layer('file', 'table_remove: [one]\nkept: null\n'),
      source({ name: 'fill', load: () => ({ kept: 2, table: { two: 0, three: 3 } }) }, { join: true }),
    );
    expect(config.current).toEqual({ list: ['a', 'b'], table: { two: 2, three: 3 }, kept: null });
    expect(told(config.explain('table.one').candidates).map(([name, action]) => [name, action])).toEqual([
      ['defaults', 'set'],
      ['file', 'remove'],
    ]);
    const { winner, candidates } = config.explain('table.three');
    expect(candidates).toContain(winner);
    expect(config.explain('table.three').winner).toMatchObject({ name: 'fill', action: 'fill', value: 3 });
    expect(config.explain('table.two').winner).toMatchObject({ name: 'defaults', value: 2 });
    expect(config.explain('kept').winner).toMatchObject({ name: 'file', value: null, line: 2, column: 7 });
    config.close();
  });
});

describe('a value that no layer holds', () => {
  test('has the origin of the reference that inserted it', () => {
    const config = SuperConfig.builder({ env: {} })
      .text('[db]\nports = [1, 2]\n', { format: 'toml', name: 'below' })
      .text(`\ncopy = "\${db}"\n`, { format: 'toml', name: 'above' })
      .interpolate()
      .loadSync();
    const { path, value, winner } = config.explain('copy.ports[1]');
    expect([path, value, winner]).toEqual(['copy.ports[1]', 2, { kind: 'text', name: 'above', line: 2, column: 8, action: 'set', value: `\${db}` }]);
    config.close();
  });

  test('has the origin of the text that a schema split, and none where the schema made it', () => {
    const schema = z.object({ tags: z.string().transform((text) => text.split(',')), server: z.object({ port: z.number(), wait: z.number().default(3) }) });
    const config = SuperConfig.builder({ env: { APP_TAGS: 'a,b' } })
      .defaults({ server: { port: 1 } })
      .env('APP')
      .schema(schema)
      .loadSync();
    expect(config.explain('tags[1]')).toMatchObject({ value: 'b', winner: { kind: 'env', variable: 'APP_TAGS', value: 'a,b' } });
    expect(config.explain('server.wait')).toMatchObject({ path: 'server.wait', value: 3, winner: null, candidates: [] });
    config.close();
  });
});
