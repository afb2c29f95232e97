// From the start of a process to its first value, beyond what Node itself takes; and how much memory a configuration takes.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { small } from '../inputs.mjs';
import { here, processes } from '../measure.mjs';

const PROGRAMS = {
  'nothing at all': '',
  superconfig: `
    const { SuperConfig } = require('superconfig');
    const config = SuperConfig.builder().file('config/default.json').file('config/local.json').loadSync();
    if (config.get('server.port') !== 9000) process.exit(1);`,
  'by hand': `
    const { readFileSync } = require('node:fs');
    const merge = (low, high) => {
      const merged = { ...low };
      for (const [key, value] of Object.entries(high)) {
        const isTable = (given) => typeof given === 'object' && given !== null && !Array.isArray(given);
        merged[key] = isTable(merged[key]) && isTable(value) ? merge(merged[key], value) : value;
      }
      return merged;
    };
    const config = ['default', 'local'].map((name) => JSON.parse(readFileSync('config/' + name + '.json', 'utf8'))).reduce(merge);
    if (config.server.port !== 9000) process.exit(1);`,
  dotenv: `require('dotenv').config({ quiet: true });
    if (process.env.APP_LOG__LEVEL !== 'error') process.exit(1);`,
  convict: `
    const convict = require('convict');
    const config = convict({ server: { port: { format: 'port', default: 0 } } }).loadFile(['config/default.json', 'config/local.json']);
    if (config.get('server.port') !== 9000) process.exit(1);`,
  lilconfig: `
    const { lilconfigSync } = require('lilconfig');
    const config = lilconfigSync('app').load('one.json').config;
    if (config.server.port !== 9000) process.exit(1);`,
  nconf: `
    const nconf = require('nconf');
    nconf.file('local', 'config/local.json').file('default', 'config/default.json');
    if (nconf.get('server:port') !== 9000) process.exit(1);`,
  'node-config': `
    const config = require('config');
    if (config.get('server.port') !== 9000) process.exit(1);`,
  'js-yaml alone': `require('js-yaml');`,
  'yaml alone': `require('yaml');`,
  'zod alone': `require('zod');`,
};

/** What `npm install superconfig` leaves behind. */
function install(directory) {
  const root = join(here, '..');
  const facade = join(directory, 'node_modules/superconfig');
  for (const part of ['package.json', 'ts/dist']) cpSync(join(root, part), join(facade, part), { recursive: true });
  cpSync(join(root, 'npm/linux-x64-gnu'), join(directory, 'node_modules/@superconfig/linux-x64-gnu'), { recursive: true });
}

export async function measure({ scratch, quick }) {
  small(scratch);
  install(scratch);
  const programs = Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, source], at) => {
      const path = join(scratch, `boot${at}.cjs`);
      // Peers are resolved as if the program stood here.
      const from = JSON.stringify(pathToFileURL(join(here, 'boot.cjs')).href);
      const head = name === 'superconfig' ? '' : `const require = module.constructor.createRequire(${from});`;
      writeFileSync(path, `(() => { ${source === '' ? '' : head} ${source} })();`);
      return [name, [path]];
    }),
  );
  const env = { ...process.env, NODE_CONFIG_DIR: undefined };
  const whole = processes(programs, quick ? 7 : 31, { cwd: scratch, env });
  const nothing = whole['nothing at all'];
  const beyond = Object.fromEntries(Object.entries(whole).map(([name, took]) => [name, Math.max(0, took - nothing)]));
  delete beyond['nothing at all'];
  return [{ id: 'boot', title: 'A whole process up to its first value, beyond bare Node', unit: 'ns', ours: ['superconfig'], results: beyond }];
}
