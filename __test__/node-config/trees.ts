// Trees of node-config: by hand, one for each rule, and made from a seed.
import JSON5 from 'json5';
import { stringify as toToml } from 'smol-toml';
import { stringify as toYaml } from 'yaml';

/** A tree, with what its program is started with, and what is read from it. */
export interface Tree {
  name: string;
  files: Record<string, string>;
  env?: Record<string, string>;
  argv?: string[];
  /** Paths to read. */
  read?: string[];
  /** Why the drop-in shows something else, where it does so on purpose. */
  differs?: string;
}

const json = JSON.stringify;
const D = 'config/default.json';

/** One tree for each rule. */
export const TREES: Tree[] = [
  // Order.
  { name: 'default alone', files: { [D]: '{ "a": 1, "b": { "c": "x" } }' }, read: ['a', 'b.c', 'b', 'nope', 'b.nope'] },
  { name: 'development is the default environment', files: { [D]: '{ "a": 1 }', 'config/development.json': '{ "a": 2 }' }, read: ['a'] },
  { name: 'an environment', files: { [D]: '{ "a": 1, "b": 1 }', 'config/production.json': '{ "a": 2 }' }, env: { NODE_ENV: 'production' }, read: ['a', 'b'] },
  {
    name: 'NODE_CONFIG_ENV before NODE_ENV',
    files: { [D]: '{ "a": 1 }', 'config/qa.json': '{ "a": "qa" }', 'config/test.json': '{ "a": "test" }' },
    env: { NODE_CONFIG_ENV: 'qa', NODE_ENV: 'test' },
    read: ['a'],
  },
  {
    name: 'a list of environments',
    files: { [D]: '{ "a": 1, "b": 1 }', 'config/one.json': '{ "a": 2, "b": 2 }', 'config/two.json': '{ "a": 3 }' },
    env: { NODE_ENV: 'one,two' },
    read: ['a', 'b'],
  },
  {
    name: 'a list of environments and local files',
    files: { [D]: '{}', 'config/local-one.json': '{ "a": "local-one" }', 'config/local.json': '{ "a": "local" }', 'config/local-two.json': '{ "b": 1 }' },
    env: { NODE_ENV: 'one,two' },
    read: ['a', 'b'],
  },
  {
    name: 'every kind of name',
    files: Object.fromEntries(
      ['default', 'development', 'box', 'box-development', 'box.example.org', 'box.example.org-development', 'local', 'local-development'].map((name, at) => [
        `config/${name}.json`,
        json({ last: name, [`k${at}`]: name }),
      ]),
    ),
    env: { HOST: 'box.example.org' },
    read: ['last', 'k2', 'k5'],
  },
  { name: 'HOSTNAME where there is no HOST', files: { [D]: '{ "a": 1 }', 'config/other.json': '{ "a": 2 }' }, env: { HOSTNAME: 'other' }, read: ['a'] },
  {
    name: 'HOST before HOSTNAME',
    files: { [D]: '{}', 'config/one.json': '{ "a": 1 }', 'config/two.json': '{ "a": 2 }' },
    env: { HOST: 'one', HOSTNAME: 'two' },
    read: ['a'],
  },
  {
    name: 'the full name of a host',
    files: { [D]: '{}', 'config/a.json': '{ "v": 1 }', 'config/a.b.c.json': '{ "v": 2 }' },
    env: { HOST: 'a.b.c' },
    read: ['v'],
  },
  {
    name: 'an instance',
    files: Object.fromEntries(
      ['default', 'default-1', 'development', 'development-1', 'local', 'local-1', 'local-development-1', 'default-2'].map((name) => [
        `config/${name}.json`,
        json({ last: name, [name]: true }),
      ]),
    ),
    env: { NODE_APP_INSTANCE: '1' },
    read: ['last', 'default-1', 'default-2'],
  },
  {
    name: 'an instance and a host',
    files: { [D]: '{}', 'config/box-3.json': '{ "a": 1 }', 'config/box-test-3.json': '{ "a": 2 }', 'config/test.json': '{}' },
    env: { HOST: 'box', NODE_APP_INSTANCE: '3', NODE_ENV: 'test' },
    read: ['a'],
  },
  {
    name: 'formats of one name',
    files: {
      'config/default.js': 'module.exports = { v: "js", js: 1 };',
      [D]: '{ "v": "json", "json": 1 }',
      'config/default.json5': '{ v: "json5" }',
      'config/default.toml': 'v = "toml"',
      'config/default.yaml': 'v: yaml',
      'config/default.yml': 'v: yml',
    },
    read: ['v', 'js', 'json'],
  },
  {
    name: 'several folders',
    files: { 'one/default.json': '{ "a": 1, "b": 1 }', 'two/default.json': '{ "a": 2 }', 'one/local.json': '{ "b": "local" }' },
    env: { NODE_CONFIG_DIR: './one:./two' },
    read: ['a', 'b'],
  },
  { name: 'a folder that is not there among several', files: { 'one/default.json': '{ "a": 1 }' }, env: { NODE_CONFIG_DIR: './none:./one' }, read: ['a'] },
  { name: 'a folder as a flag', files: { 'other/default.json': '{ "a": 1 }' }, argv: ['--NODE_CONFIG_DIR=./other'], read: ['a'] },
  {
    name: 'a flag before a variable',
    files: { [D]: '{}', 'config/x.json': '{ "a": "x" }', 'config/y.json': '{ "a": "y" }' },
    env: { NODE_ENV: 'x' },
    argv: ['--NODE_ENV=y'],
    read: ['a'],
  },
  { name: 'an empty NODE_ENV', files: { [D]: '{ "a": 1 }', 'config/development.json': '{ "a": 2 }' }, env: { NODE_ENV: '' }, read: ['a'] },
  { name: 'no files', files: { 'other/x.txt': '' }, read: ['a'] },
  { name: 'no files, and nothing said of it', files: { 'other/x.txt': '' }, env: { SUPPRESS_NO_CONFIG_WARNING: '1' }, read: ['a'] },
  {
    name: 'other files are not read',
    files: { [D]: '{ "a": 1 }', 'config/notes.txt': 'x', 'config/default.json.bak': '{', 'config/Default.json': '{ "a": 2 }' },
    read: ['a'],
  },
  // NODE_CONFIG.
  { name: 'NODE_CONFIG', files: { [D]: '{ "a": { "b": 1, "c": 1 } }' }, env: { NODE_CONFIG: '{ "a": { "b": 2 }, "d": null }' }, read: ['a.b', 'a.c', 'd'] },
  { name: '--NODE_CONFIG', files: { [D]: '{ "a": 1 }' }, env: { NODE_CONFIG: '{ "a": 2, "b": 2 }' }, argv: ['--NODE_CONFIG={"a":3}'], read: ['a', 'b'] },
  { name: 'NODE_CONFIG over local', files: { [D]: '{}', 'config/local.json': '{ "a": "local" }' }, env: { NODE_CONFIG: '{"a":"variable"}' }, read: ['a'] },
  { name: 'a NODE_CONFIG that is no JSON', files: { [D]: '{ "a": 1 }' }, env: { NODE_CONFIG: '{a:1}' }, read: ['a'] },
  { name: 'a --NODE_CONFIG that is no JSON', files: { [D]: '{ "a": 1 }' }, argv: ['--NODE_CONFIG={'], read: ['a'] },
  // Mapping.
  {
    name: 'a mapping',
    files: {
      [D]: '{ "db": { "host": "x", "port": 1 } }',
      'config/custom-environment-variables.json': '{ "db": { "host": "DB_HOST", "port": "DB_PORT", "user": "DB_USER" } }',
    },
    env: { DB_HOST: 'y', DB_PORT: '5432' },
    read: ['db.host', 'db.port', 'db.user'],
  },
  {
    name: 'an empty variable counts as unset',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.json': '{ "a": "A", "b": { "c": "C" } }' },
    env: { A: '', C: '' },
    read: ['a', 'b', 'b.c'],
  },
  {
    name: 'a mapping with formats',
    files: {
      [D]: '{}',
      'config/custom-environment-variables.json': json({
        a: { __name: 'A', __format: 'json' },
        b: { __name: 'B', __format: 'boolean' },
        c: { __name: 'C', __format: 'number' },
        d: { __name: 'D', __format: 'yaml' },
        e: { __name: 'E', __format: 'boolean' },
      }),
    },
    env: { A: '{ "x": [1] }', B: 'true', C: '1.5', D: 'k: [1, 2]', E: 'yes' },
    read: ['a.x', 'b', 'c', 'd.k', 'e'],
  },
  {
    name: 'a number that is none',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.json': json({ a: { __name: 'A', __format: 'number' } }) },
    env: { A: 'x' },
    read: ['a'],
  },
  {
    name: 'a variable that is not of its format',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.json': json({ a: { __name: 'A', __format: 'json' } }) },
    env: { A: '{' },
    read: ['a'],
  },
  {
    name: 'a format and no value',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.json': json({ a: { __name: 'A', __format: 'json' } }) },
    read: ['a'],
  },
  {
    name: 'a format that nobody knows',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.json': json({ a: { __name: 'A', __format: 'zzz' } }) },
    env: { A: '5' },
    read: ['a'],
  },
  { name: 'a mapping of something else than names', files: { [D]: '{}', 'config/custom-environment-variables.json': '{ "a": 5 }' }, read: ['a'] },
  { name: 'a mapping of a list', files: { [D]: '{}', 'config/custom-environment-variables.json': '{ "a": ["A"] }' }, env: { A: '1' }, read: ['a'] },
  {
    name: 'a mapping in YAML',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.yaml': 'a: A_NAME\nb:\n  c: B_NAME\n' },
    env: { A_NAME: '2', B_NAME: 'z' },
    read: ['a', 'b.c'],
  },
  {
    name: 'a mapping in JavaScript',
    files: { [D]: '{ "a": 1 }', 'config/custom-environment-variables.js': 'module.exports = { a: "A_NAME" };' },
    env: { A_NAME: '2' },
    read: ['a'],
  },
  {
    name: 'mappings in two formats',
    files: { [D]: '{}', 'config/custom-environment-variables.json': '{ "a": "A1", "b": "B1" }', 'config/custom-environment-variables.yaml': 'a: A2' },
    env: { A1: '1', A2: '2', B1: '3' },
    read: ['a', 'b'],
  },
  {
    name: 'a mapping over NODE_CONFIG',
    files: { [D]: '{}', 'config/custom-environment-variables.json': '{ "a": "A_NAME" }' },
    env: { NODE_CONFIG: '{"a":1}', A_NAME: '2' },
    read: ['a'],
  },
  {
    name: 'a mapping into a list',
    files: { [D]: '{ "list": [1, 2] }', 'config/custom-environment-variables.json': '{ "list": { "0": "A_NAME" } }' },
    env: { A_NAME: 'x' },
    read: ['list', 'list.0'],
  },
  // Values.
  {
    name: 'lists are replaced',
    files: { [D]: '{ "list": [1, 2, 3], "deep": { "list": [{ "a": 1 }] } }', 'config/development.json': '{ "list": [4], "deep": { "list": [] } }' },
    read: ['list', 'list.0', 'list.length', 'deep.list'],
  },
  { name: 'lists of lists and of tables', files: { [D]: '{ "list": [[1, [2]], { "a": [{ "b": null }] }] }' }, read: ['list', 'list.1.a.0.b', 'list.0.1'] },
  {
    name: 'null replaces, and is there',
    files: { [D]: '{ "a": { "b": 1 }, "c": null, "d": [1] }', 'config/development.json': '{ "a": null, "c": { "x": 1 }, "d": null }' },
    read: ['a', 'a.b', 'c.x', 'd'],
  },
  {
    name: 'kinds that change',
    files: {
      [D]: '{ "a": { "b": 1 }, "c": [1], "d": 1, "e": "x", "f": true }',
      'config/development.json': '{ "a": [1], "c": { "x": 1 }, "d": { "y": 2 }, "e": [], "f": "no" }',
    },
    read: ['a', 'c', 'd', 'e', 'f'],
  },
  { name: 'empty tables and lists', files: { [D]: '{ "a": {}, "b": [], "c": "", "d": 0, "e": false }' }, read: ['a', 'b', 'c', 'd', 'e'] },
  { name: 'JSON with comments', files: { [D]: '// one\n{ /* two */ "a": 1, "b": [1, 2,], }' }, read: ['a', 'b'] },
  {
    name: 'JSON5',
    files: { 'config/default.json5': "{ a: 'x', b: .5, c: 0xff, d: +1, e: Infinity, f: -Infinity, g: NaN, h: 'one \\\ntwo', 'i-j': 1, k: -0 }" },
    read: ['a', 'b', 'c', 'e', 'f', 'g', 'h', 'i-j', 'k'],
  },
  { name: 'JSONC', files: { 'config/default.jsonc': '{ "a": 1, // x\n }' }, read: ['a'] },
  {
    name: 'large numbers',
    files: { [D]: '{ "a": 9007199254740993, "b": 1e21, "c": 123456789012345678901234567890, "d": [18446744073709551615] }' },
    read: ['a', 'b', 'c', 'd'],
  },
  { name: 'a mark at the beginning', files: { [D]: '\ufeff{ "a": 1 }', 'config/development.yaml': '\ufeffb: 1' }, read: ['a', 'b'] },
  {
    name: 'keys of every kind',
    files: { [D]: '{ "a.b": 1, "": 2, "é": 3, "0": 4, "toString": 5, "length": 6, "constructor": { "x": 7 }, "hasOwnProperty": 8 }' },
    read: ['é', '0', 'length', 'toString', 'constructor.x', ''],
  },
  {
    name: 'a key named like a method',
    files: { [D]: '{ "server": { "get": "x", "has": 1, "util": { "a": 2 } } }' },
    read: ['server.get', 'server.has', 'server.util.a'],
  },
  { name: 'duplicate keys', files: { [D]: '{ "a": 1, "a": 2 }' }, read: ['a'] },
  { name: 'a list as the root', files: { [D]: '[1, { "a": 2 }]' }, read: ['0', '1.a'] },
  { name: 'a text as the root', files: { 'config/default.yaml': 'ab' }, read: ['0', '1'] },
  { name: 'an empty file of YAML', files: { 'config/default.yaml': '', 'config/development.yaml': '# nothing\n', [D]: '{ "a": 1 }' }, read: ['a'] },
  { name: 'an empty file of JSON', files: { [D]: '' } },
  { name: 'JSON that is broken', files: { [D]: '{ "a": ' } },
  { name: 'YAML that is broken', files: { 'config/default.yaml': 'a: [1' } },
  { name: 'TOML that is broken', files: { 'config/default.toml': 'a = ' } },
  { name: 'JavaScript that is broken', files: { 'config/default.js': 'module.exports = {' } },
  { name: 'JavaScript that throws', files: { 'config/default.js': 'throw new Error("no");' } },
  {
    name: 'YAML',
    files: {
      'config/default.yaml':
        'a: &x { b: 1 }\nc: *x\nd: |\n  two\n  lines\ne: yes\nf: 0o17\ng: 1e3\nh: ~\ni: 2001-12-14\nj: 2001-12-14T21:59:43Z\nk: [a, "b", \'c\']\nl: .inf\nm: 0x1F\n',
    },
    read: ['c.b', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'],
  },
  { name: 'YAML with two keys of one name', files: { 'config/default.yaml': 'a: 1\na: 2\n' } },
  {
    name: 'TOML',
    files: {
      'config/default.toml':
        'a = 1\nb = 1.5\nc = "x"\nd = true\ne = [1, 2]\nf = 1979-05-27T07:32:00Z\ng = 1979-05-27\nh = 07:32:00\ni = "1979-05-27T07:32:00Z"\nj = [1979-05-27T07:32:00+02:00]\nk = inf\n[t]\nu.v = 1\n[[w]]\nx = 1\n[[w]]\nx = 2\n',
    },
    read: ['a', 'f', 'g', 'h', 'i', 'j', 'k', 't.u.v', 'w', 'w.1.x'],
  },
  {
    name: 'dates of TOML over others',
    files: { 'config/default.toml': 'a = 1979-05-27T07:32:00Z\n[b]\nc = 1', 'config/development.toml': 'a = 1980-01-01T00:00:00Z\nb = 1980-01-01T00:00:00Z' },
    read: ['a', 'b'],
  },
  // Programs.
  {
    name: 'a program',
    files: { 'config/default.js': 'module.exports = { a: process.env.HOME !== undefined, b: [1 + 1], c: undefined, d: null };' },
    read: ['a', 'b', 'c', 'd'],
  },
  {
    name: 'functions',
    files: {
      'config/default.js': 'module.exports = { f: () => 5, g: { h() { return "h"; } }, i: [function named() { return 1; }] };',
      'config/development.js': 'module.exports = { f: () => 6 };',
    },
    read: ['f', 'g.h', 'i', 'i.0'],
  },
  {
    name: 'dates',
    files: {
      'config/default.js': 'module.exports = { a: new Date(0), b: [new Date(1)], c: { d: new Date(2) }, e: 1, f: { x: 1 } };',
      'config/development.js': 'module.exports = { a: new Date(86400000), e: new Date(5), f: new Date(6) };',
    },
    read: ['a', 'b', 'c.d', 'e', 'f'],
  },
  {
    name: 'patterns and buffers',
    files: { 'config/default.js': 'module.exports = { a: /x/gi, b: Buffer.from("ab"), c: [/y/m] };', 'config/development.js': 'module.exports = { a: /z/ };' },
    read: ['a', 'c'],
  },
  {
    name: 'instances of classes',
    files: {
      'config/default.js':
        'class Point { constructor(x) { this.x = x; } double() { return this.x * 2; } }\nmodule.exports = { p: new Point(1), q: { r: new Point(2) } };',
    },
    read: ['p.x', 'q.r.x'],
  },
  { name: 'getters', files: { 'config/default.js': 'module.exports = { get a() { return 5; }, b: { get c() { return [1]; } } };' }, read: ['a', 'b.c'] },
  {
    name: 'undefined replaces',
    files: { [D]: '{ "a": 1, "b": { "c": 1 } }', 'config/development.js': 'module.exports = { a: undefined, b: { c: undefined } };' },
    read: ['a', 'b.c', 'b'],
  },
  {
    name: 'what inherits',
    files: { 'config/default.js': 'module.exports = Object.assign(Object.create({ inherited: 1 }), { own: 2 });' },
    read: ['inherited', 'own'],
  },
  {
    name: 'cycles',
    files: { 'config/default.js': 'const a = { x: 1 }; a.self = a; module.exports = { a };' },
    read: ['a.x', 'a.self.x'],
    differs: 'a value that holds itself is no error',
  },
  {
    name: 'shared tables',
    files: { 'config/default.js': 'const s = { x: 1 }; module.exports = { a: s, b: s };', 'config/development.js': 'module.exports = { a: { x: 2 } };' },
    read: ['a.x', 'b.x'],
  },
  {
    name: 'a program of TypeScript that was translated',
    files: { 'config/default.js': 'exports.__esModule = true; exports.default = { a: 1 }; exports.b = 2;' },
    read: ['a', 'b'],
  },
  {
    name: 'CommonJS by its name',
    files: { 'config/default.cjs': 'module.exports = { a: 1 };', 'config/development.cjs': 'module.exports = { a: 2, b: require("node:path").sep };' },
    read: ['a', 'b'],
  },
  { name: 'a module', files: { 'config/default.mjs': 'export default { a: 1, f: () => 7 };' }, read: ['a', 'f'] },
  { name: 'a module without a default', files: { 'config/default.mjs': 'export const a = 1; export const b = { c: 2 };' }, read: ['a', 'b.c'] },
  {
    name: 'a program that requires a file',
    files: { 'config/default.js': 'module.exports = { ...require("./parts.json"), b: 2 };', 'config/parts.json': '{ "a": 1 }' },
    read: ['a', 'b'],
  },
  {
    name: 'a function with the context',
    files: {
      'config/default.js': 'module.exports = ({ defer, raw, util }) => ({ a: 1, b: defer((c) => c.a + 1), k: [typeof util.cloneDeep, typeof raw] });',
      'config/development.js': 'module.exports = { a: 10 };',
    },
    read: ['a', 'b', 'k'],
  },
  {
    name: 'deferred values of each other',
    files: {
      'config/default.js':
        'module.exports = ({ defer }) => ({ a: defer((c) => c.z * 2), z: defer((c) => c.n + 1), n: 1, list: [defer((c) => c.n)], t: { u: defer(function () { return this.n; }) } });',
      'config/local.json': '{ "n": 5 }',
    },
    read: ['a', 'z', 'list', 't.u'],
  },
  {
    name: 'a deferred value over another',
    files: {
      [D]: '{ "a": 3, "t": { "b": "x" } }',
      'config/development.js':
        'module.exports = ({ defer }) => ({ a: defer((c, original) => original + 1), t: { b: defer((c, original) => original + "y") } });',
    },
    read: ['a', 't.b'],
  },
  {
    name: 'a value over a deferred one',
    files: { 'config/default.js': 'module.exports = ({ defer }) => ({ a: defer(() => 1) });', 'config/development.json': '{ "a": 2 }' },
    read: ['a'],
  },
  {
    name: 'raw values',
    files: { 'config/default.js': 'module.exports = ({ raw }) => ({ a: raw({ x: 1 }), t: { b: raw([1]) } });' },
    env: {},
    read: ['a.x', 't.b'],
    differs: 'raw values are taken out of their wrapping at once, not by the first `get`',
  },
  { name: 'promises', files: { 'config/default.js': 'module.exports = { a: Promise.resolve(1), b: { c: Promise.resolve(2) } };' }, read: ['a', 'b.c'] },
  // Strictness and freezing.
  { name: 'an environment without files', files: { [D]: '{ "a": 1 }' }, env: { NODE_ENV: 'staging' }, read: ['a'] },
  { name: 'strict mode', files: { [D]: '{ "a": 1 }' }, env: { NODE_ENV: 'staging', NODE_CONFIG_STRICT_MODE: '1' } },
  { name: 'strict mode by another word', files: { [D]: '{ "a": 1 }' }, env: { NODE_ENV: 'staging', NODE_CONFIG_STRICT_MODE: 'yes' }, read: ['a'] },
  { name: 'strict mode and an instance', files: { [D]: '{ "a": 1 }' }, env: { NODE_APP_INSTANCE: '9', NODE_CONFIG_STRICT_MODE: 'true' } },
  { name: 'an environment named local', files: { [D]: '{ "a": 1 }', 'config/local.json': '{ "a": 2 }' }, env: { NODE_ENV: 'local' }, read: ['a'] },
  { name: 'an environment named default', files: { [D]: '{ "a": 1 }' }, env: { NODE_ENV: 'default', NODE_CONFIG_STRICT_MODE: '1' } },
  { name: 'no check', files: { [D]: '{ "a": 1 }' }, env: { NODE_ENV: 'staging', SUPPRESS_STRICTNESS_CHECK: '1', NODE_CONFIG_STRICT_MODE: '1' }, read: ['a'] },
  { name: 'values may change', files: { [D]: '{ "a": { "b": 1 }, "list": [1] }' }, env: { ALLOW_CONFIG_MUTATIONS: 'true' }, read: ['a.b', 'list.0'] },
  { name: 'values are frozen', files: { [D]: '{ "a": { "b": { "c": 1 } }, "list": [{ "x": 1 }] }' }, read: ['a.b.c', 'a.b', 'list.0.x'] },
  // On purpose.
  {
    name: 'a prototype in NODE_CONFIG',
    files: { [D]: '{ "a": 1 }' },
    env: { NODE_CONFIG: '{"__proto__":{"polluted":1}}' },
    read: ['a', 'polluted'],
    differs: 'no prototype is polluted',
  },
  { name: 'a prototype in a file', files: { [D]: '{ "a": 1, "__proto__": { "polluted": 1 } }' }, read: ['a', 'polluted'], differs: 'no prototype is polluted' },
  {
    name: 'what every object inherits',
    files: { [D]: '{ "a": {} }' },
    read: ['toString', 'a.constructor.name'],
    differs: 'what every object inherits is not configured',
  },
  {
    name: 'merge keys of YAML',
    files: { 'config/default.yaml': 'a: &x { b: 1 }\nc: { <<: *x, d: 2 }\n' },
    read: ['c.b', 'c.d'],
    differs: 'merge keys merge, as with js-yaml',
  },
];

/** Numbers from a seed, between 0 and 1. */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const KEYS = ['a', 'b', 'server', 'port', 'list', 'x-y', 'Ünï', 'then', '1'];

/** The same values without `null`, which TOML has not. */
function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((element) => element !== null).map(withoutNull);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, element]) => element !== null);
  return Object.fromEntries(entries.map(([key, element]) => [key, withoutNull(element)]));
}

/** A tree from a seed. */
export function seeded(seed: number): Tree {
  const random = randomly(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chance = (share: number) => random() < share;
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 0 ? 9 : 6));
    if (kind === 0) return pick([0, 1, -5, 1.5, 8080]);
    if (kind === 1) return pick(['', 'x', 'true', '8080', '2001-01-01', 'yes', 'null', 'a: b']);
    if (kind === 2) return chance(0.5);
    if (kind === 3) return null;
    if (kind === 4) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1));
    if (kind === 5) return pick(['one', 'two']);
    return table(depth - 1);
  };
  const table = (depth: number): Record<string, unknown> => {
    const entries = Array.from({ length: Math.floor(random() * 5) }, () => [pick(KEYS), value(depth)] as const);
    return Object.fromEntries(entries);
  };
  const environments = chance(0.3) ? ['qa', 'eu'] : [pick(['development', 'production', 'test'])];
  const instance = chance(0.4) ? pick(['1', 'blue']) : undefined;
  const host = pick(['box', 'box.example.org', 'a-b.c']);
  const short = host.replace(/\..*/, '');
  const names = ['default', 'local', short, host];
  for (const environment of environments) names.push(environment, `local-${environment}`, `${short}-${environment}`, `${host}-${environment}`);
  if (instance !== undefined) names.push(...names.map((name) => `${name}-${instance}`));
  const folders = chance(0.25) ? ['one', 'two'] : ['config'];

  const files: Record<string, string> = {};
  const write = (name: string, values: unknown) => {
    const indent = chance(0.5) ? 2 : 0;
    const object = chance(0.3) ? `{ ...${json(values)}, f: () => ${seed}, when: new Date(${seed * 1000}) }` : json(values);
    const program = `module.exports = ${object};`;
    const yaml = () => (chance(0.5) ? toYaml(values) : json(values, null, indent));
    const texts: Record<string, () => string> = {
      json: () => (chance(0.8) ? json(values, null, indent) : `// as JSON5\n${JSON5.stringify(values, null, indent)}`),
      json5: () => `/* ${seed} */ ${JSON5.stringify(values, null, indent)}`,
      jsonc: () => `{ // ${seed}\n  "jsonc": [1, 2,],\n  ${json(values).slice(1, -1) || '"none": 0'},\n}`,
      yaml,
      yml: yaml,
      toml: () => `# ${seed}\n${toToml(withoutNull(values) as object)}`,
      js: () => program,
      cjs: () => program,
      ts: () => (chance(0.5) ? `const values: object = ${object};\nexport default values;` : `const values: object = ${object};\nmodule.exports = values;`),
    };
    const extension = pick([...Object.keys(texts), 'json']);
    files[`${pick(folders)}/${name}.${extension}`] = (texts[extension] as () => string)();
  };
  write('default', { ...table(3), server: { port: 1, host: 'x' } });
  for (const name of names) if (chance(0.45)) write(name, table(3));
  const env: Record<string, string> = { HOST: host };
  if (environments[0] !== 'development' || chance(0.5)) env[pick(['NODE_ENV', 'NODE_CONFIG_ENV'])] = environments.join(',');
  if (instance !== undefined) env.NODE_APP_INSTANCE = instance;
  if (folders.length > 1) env.NODE_CONFIG_DIR = folders.map((folder) => `./${folder}`).join(':');
  if (chance(0.4)) env.NODE_CONFIG = json(table(2));
  if (chance(0.6)) {
    write('custom-environment-variables', {
      a: 'V_A',
      server: { port: { __name: 'V_PORT', __format: pick(['number', 'json', 'boolean', 'yaml']) }, host: 'V_HOST' },
      new: { path: 'V_NEW' },
    });
    for (const name of ['V_A', 'V_PORT', 'V_HOST', 'V_NEW']) if (chance(0.6)) env[name] = pick(['', '1', 'true', '[1, 2]', '"x"', '0x10']);
  }
  const read = [...KEYS, 'server.port', 'server.host', 'list.0', 'a.b', 'new.path', 'f', 'when'];
  return { name: `seed ${seed}`, files, env, ...(chance(0.2) && { argv: [`--NODE_CONFIG=${json(table(1))}`] }), read };
}
