// The time from when Node is ready to a program's first value, beyond what an empty program takes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { file, packageName } from '../../scripts/addon.mjs';
import { small } from '../inputs.mjs';
import { install } from '../install.mjs';
import { processes } from '../measure.mjs';

/** What no start of ours can do without: besides resolving a package, the addon is opened and both files are read. */
const LEAST = `const { readFileSync } = process.getBuiltinModule('node:fs');
    process.dlopen({ exports: {} }, process.cwd() + '/node_modules/${packageName}/${file}');
    const [, local] = ['default', 'local'].map((name) => JSON.parse(readFileSync('config/' + name + '.json', 'utf8')));
    if (local.server.port !== 9000) process.exit(1);`;

/** Each: what is taken from which package, and what is done with it up to the first value. */
const PROGRAMS = {
  'nothing at all': [],
  superconfig: [
    ['{ SuperConfig }', 'superconfig'],
    `const config = SuperConfig.builder().file('config/default.json').file('config/local.json').loadSync();
    if (config.get('server.port') !== 9000) process.exit(1);`,
  ],
  'superconfig, imported alone': [['{ SuperConfig }', 'superconfig']],
  'a package of nothing': [['{ nothing }', 'nothing']],
  'and the addon opened, two files read': [['{ nothing }', 'nothing'], LEAST],
  'and the facade compiled': [
    ['{ nothing }', 'nothing'],
    `${LEAST}
    new (process.getBuiltinModule('node:vm').Script)(readFileSync('node_modules/superconfig/ts/dist/index.cjs', 'utf8'));`,
  ],
  'by hand': [
    ['{ readFileSync }', 'node:fs'],
    `const merge = (low, high) => {
      const merged = { ...low };
      for (const [key, value] of Object.entries(high)) {
        const isTable = (given) => typeof given === 'object' && given !== null && !Array.isArray(given);
        merged[key] = isTable(merged[key]) && isTable(value) ? merge(merged[key], value) : value;
      }
      return merged;
    };
    const config = ['default', 'local'].map((name) => JSON.parse(readFileSync('config/' + name + '.json', 'utf8'))).reduce(merge);
    if (config.server.port !== 9000) process.exit(1);`,
  ],
  dotenv: [['dotenv', 'dotenv'], `dotenv.config({ quiet: true }); if (process.env.APP_LOG__LEVEL !== 'error') process.exit(1);`],
  convict: [
    ['convict', 'convict'],
    `const config = convict({ server: { port: { format: 'port', default: 0 } } }).loadFile(['config/default.json', 'config/local.json']);
    if (config.get('server.port') !== 9000) process.exit(1);`,
  ],
  'lilconfig, one file': [['{ lilconfigSync }', 'lilconfig'], `if (lilconfigSync('app').load('one.json').config.server.port !== 9000) process.exit(1);`],
  'cosmiconfig, one file': [
    ['{ cosmiconfigSync }', 'cosmiconfig'],
    `if (cosmiconfigSync('app').load('one.json').config.server.port !== 9000) process.exit(1);`,
  ],
  nconf: [
    ['nconf', 'nconf'],
    `nconf.file('local', 'config/local.json').file('default', 'config/default.json');
    if (nconf.get('server:port') !== 9000) process.exit(1);`,
  ],
  'node-config': [['config', 'config'], `if (config.get('server.port') !== 9000) process.exit(1);`],
  'js-yaml alone': [['{ load }', 'js-yaml']],
  'yaml alone': [['{ parse }', 'yaml']],
  'zod alone': [['{ z }', 'zod']],
};

/** What each program ends with: the nanoseconds since Node was ready, before which each process takes another time. */
const END = 'const end = performance.now();\nconsole.log((end - performance.nodeTiming.bootstrapComplete) * 1e6);\n';

/** A program as a module that imports, or as a script that requires. */
function written([taken, body = '']) {
  if (taken === undefined) return { mjs: END, cjs: END };
  const [names, from] = taken;
  return { mjs: `import ${names} from '${from}';\n${body}\n${END}`, cjs: `const ${names} = require('${from}');\n${body}\n${END}` };
}

/** Installs what the programs take, and a package of nothing. */
function prepare(directory) {
  const taken = Object.values(PROGRAMS).flatMap(([imported]) => (imported === undefined ? [] : [imported[1]]));
  const own = ['superconfig', 'nothing'];
  install(directory, new Set(taken.filter((name) => !own.includes(name) && !name.startsWith('node:'))));
  const nothing = join(directory, 'node_modules/nothing');
  mkdirSync(nothing);
  const entries = { import: './index.mjs', require: './index.cjs' };
  writeFileSync(join(nothing, 'package.json'), JSON.stringify({ name: 'nothing', exports: { '.': entries } }));
  writeFileSync(join(nothing, 'index.mjs'), 'export const nothing = 0;');
  writeFileSync(join(nothing, 'index.cjs'), 'exports.nothing = 0;');
}

export async function measure({ scratch, quick }) {
  small(scratch);
  prepare(scratch);
  const env = { ...process.env, NODE_CONFIG_DIR: undefined, SUPPRESS_NO_CONFIG_WARNING: '1' };
  const kinds = { mjs: ['boot', 'imported'], cjs: ['boot-required', 'required'] };
  const boots = Object.entries(kinds).map(([kind, [id, how]]) => {
    const programs = Object.entries(PROGRAMS).map(([name, program], at) => {
      const path = join(scratch, `boot${at}.${kind}`);
      writeFileSync(path, written(program)[kind]);
      return [name, [path]];
    });
    const { 'nothing at all': nothing, ...whole } = processes(Object.fromEntries(programs), quick ? 3 : 11, { cwd: scratch, env, printed: true });
    const results = Object.fromEntries(Object.entries(whole).map(([name, took]) => [name, Math.max(0, took - nothing)]));
    return {
      id,
      title: `A program up to its first value, beyond an empty one, the package ${how}`,
      unit: 'ns',
      ours: ['superconfig', 'superconfig, imported alone'],
      results,
    };
  });
  return [...boots, commandLine({ scratch, quick, env })];
}

/** What the command line takes, beside a Node that does nothing. */
function commandLine({ scratch, quick, env }) {
  const bin = join(scratch, 'node_modules/superconfig/ts/dist/cli/main.js');
  writeFileSync(join(scratch, 'nothing.mjs'), '');
  const programs = { 'bare Node': ['nothing.mjs'], '--help': [bin, '--help'], get: [bin, 'get', 'server.port'] };
  const results = processes(programs, quick ? 3 : 7, { cwd: scratch, env });
  return { id: 'cli', title: 'The command line, a whole process', unit: 'ns', ours: ['--help', 'get'], results };
}
