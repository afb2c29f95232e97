// A service's configuration from three files, a `.env` and the environment; where each value came from; a live
// change; and what a read costs.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SuperConfig } from '../../ts/dist/index.js';

const here = dirname(fileURLToPath(import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'superconfig-quickstart-'));
cpSync(join(here, 'config'), join(cwd, 'config'), { recursive: true });
copyFileSync(join(here, 'dotenv.example'), join(cwd, '.env'));

const config = SuperConfig.builder({ cwd, env: { SHOP_SERVER__PORT: '9000', SHOP_LOG__LEVEL: 'warn' } })
  .dir('config')
  .dotenv()
  .env('SHOP')
  .profile('production')
  .loadSync();

console.log('The merged configuration, and where each value came from:\n');
printTree(config.toJSON(), []);

const timeout = config.handle('server.timeoutSeconds');
const file = join(cwd, 'config', 'local.json');
const before = timeout.value;
writeFileSync(file, readFileSync(file, 'utf8').replace('60', '90'));
const { version, changed } = config.reloadSync();
console.log(`\nAn edit of config/local.json: ${timeout.path} was ${before} and is ${timeout.value} (version ${version}, changed: ${changed.join(', ')})`);

console.log('\nWhat a read costs, measured now:\n');
printCosts();

console.log(`
Three commands to try, on the service in examples/service:

  npx superconfig explain db.pool.max --from examples/service/superconfig.config.mjs
  npx superconfig env --from examples/service/superconfig.config.mjs
  npx superconfig print --origins --profile production --from examples/service/superconfig.config.mjs`);

config.close();
rmSync(cwd, { recursive: true, force: true });

function printTree(node, path) {
  for (const [key, value] of Object.entries(node)) {
    const own = [...path, key];
    const indent = '  '.repeat(path.length + 1);
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      console.log(`${indent}${key}`);
      printTree(value, own);
      continue;
    }
    if (!Array.isArray(value)) {
      printLeaf(`${indent}${key} = ${JSON.stringify(value)}`, own);
      continue;
    }
    console.log(`${indent}${key}`);
    value.forEach((item, index) => {
      printLeaf(`${indent}  - ${JSON.stringify(item)}`, [...own, index]);
    });
  }
}

function printLeaf(text, path) {
  const { winner } = config.explain(path);
  const place = [winner.file && `${winner.file}:${winner.line}`, winner.variable].filter(Boolean).join(' ');
  console.log(`${text.padEnd(56)} ${place || winner.name}`);
}

function printCosts() {
  const map = new Map([['server.timeoutSeconds', 90]]);
  const object = { server: { timeoutSeconds: 90 } };
  const rows = {
    'object.server.timeoutSeconds': () => object.server.timeoutSeconds,
    "map.get('server.timeoutSeconds')": () => map.get('server.timeoutSeconds'),
    'handle.value': () => timeout.value,
    "config.get('server.timeoutSeconds')": () => config.get('server.timeoutSeconds'),
    'config.current.server.timeoutSeconds': () => config.current.server.timeoutSeconds,
  };
  for (const [name, read] of Object.entries(rows)) {
    console.log(`  ${name.padEnd(40)} ${nanoseconds(read).toFixed(1).padStart(6)} ns`);
  }
}

/** The best of several runs: what disturbs a measurement only ever adds. Each read gets a loop of its own. */
function nanoseconds(read) {
  const count = 2_000_000;
  const loop = new Function('read', 'count', 'let sum = 0; for (let at = 0; at < count; at++) sum += read(); return sum;');
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 6; run++) {
    const start = process.hrtime.bigint();
    if (loop(read, count) === 0) throw new Error('nothing was read');
    best = Math.min(best, Number(process.hrtime.bigint() - start) / count);
  }
  return best;
}
