// Builds the facade: from the TypeScript in ts/ the programs and declarations in ts/dist/.
// A subpath of the package is one line in SUBPATHS here, and one in `exports` of package.json.
// usage: node scripts/facade.mjs [--mapped]; with `--mapped` the code stays as it was written, with a map beside it, for the coverage
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { code, mapped } from './bundles.mjs';
import { buildParts, partsPlugin } from './facade-parts.mjs';
import { quickened } from './facade-start.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'ts/dist');

/** The subpaths by their names, with their sources in ts/. They use the main entry as their users do: by the package's name. */
const SUBPATHS = {
  embed: 'embed.ts',
  'node-config/index': 'node-config/index.ts',
  'testing/index': 'testing/index.ts',
  'adapters/nestjs/index': 'adapters/nestjs/index.ts',
  'adapters/fastify/index': 'adapters/fastify/index.ts',
  'live/index': 'live/index.ts',
  'etcd/index': 'etcd/index.ts',
  'nats/index': 'nats/index.ts',
  'redis/index': 'redis/index.ts',
};
/** Those whose default export is what `require` gives, and of which both module systems share one instance. */
const SINGLE = ['node-config/index'];

const style = {
  platform: 'node',
  target: 'node20',
  ...code,
  // Lines stay short: Node prints the one that threw.
  lineLimit: 120,
  logLevel: 'warning',
};
const common = { absWorkingDir: root, ...style };

/** Imports of the main entry and of `superconfig/live`, by the package's name; and those of files that stay as they are, beside the code. */
const byName = {
  name: 'by-name',
  setup({ onResolve }) {
    const names = new Map([
      [join(root, 'ts/index.js'), 'superconfig'],
      [join(root, 'ts/live/index.js'), 'superconfig/live'],
    ]);
    onResolve({ filter: /^\.\.?\/.*\bindex\.js$/ }, ({ path, resolveDir }) => {
      const name = names.get(join(resolveDir, path));
      return name === undefined ? undefined : { path: name, external: true };
    });
    onResolve({ filter: /\/addon-files\// }, ({ path }) => ({ path: path.replace(/^.*(?=\/addon-files\/)/, '.'), external: true }));
  },
};

/** What CommonJS has in place of `import.meta.url` is asked for where there is none. */
const cjs = {
  format: 'cjs',
  define: { 'import.meta.url': 'undefined', 'import.meta.filename': 'undefined' },
  external: ['./addon-files/index.js', './parts/*'],
};

/**
 * The addons' files for tools that gather those of a program: of a file that a URL names they take no more than itself, so an import that
 * never happens leads them on to what it names.
 */
const traced = { footer: { js: "() => import('./addon-files/index.js');" }, define: { require: 'undefined' } };

/** Writes an entry of the package: one file of code. */
async function bundle(entry, outfile, plugins, more = {}) {
  const kind = outfile.endsWith('.cjs') ? cjs : { format: 'esm' };
  await build({ ...common, ...kind, ...more, entryPoints: [`ts/${entry}`], outfile: `ts/dist/${outfile}`, bundle: true, plugins });
  if (kind === cjs && !mapped) writeFileSync(join(dist, outfile), exportPlainly(readFileSync(join(dist, outfile), 'utf8')));
}

/** Makes CommonJS code that exports anything end with an object of what it exports, where esbuild lets it begin with a getter for each, which every start pays for. */
function exportPlainly(code) {
  let exported;
  const body = code
    .replace(/var (\w+)=\{\};\s*__export\(\1,\s*\{([^}]*)\}\);\s*module\.exports=\s*__toCommonJS\(\1\);/, (_, __, names) => {
      exported = names.replace(/\(\)=>\s*/g, '');
      return '';
    })
    .replace(/0&&\(module\.exports=\{[^}]*\}\);\s*$/, '');
  if (exported === undefined) {
    if (code.includes('__export(')) throw new Error('the exports of CommonJS code are not where they were');
    return code;
  }
  return `${body.trimEnd()}module.exports={${exported}};Object.defineProperty(module.exports,"__esModule",{value:!0});\n`;
}

/** Makes the default export what `require` gives, and the other module system import that. */
function exportOne(name) {
  const [file] = name.split('/').slice(-1);
  const cjs = join(dist, `${name}.cjs`);
  writeFileSync(cjs, `${readFileSync(cjs, 'utf8')}module.exports=module.exports.default;\n`);
  writeFileSync(join(dist, `${name}.js`), `import only from './${file}.cjs';\nexport default only;\n`);
  const types = join(dist, `${name}.d.cts`);
  const [, type] = readFileSync(types, 'utf8').match(/declare const \w+: (\w+);/);
  const imported = readFileSync(types, 'utf8').match(new RegExp(`^import type \\{[^}]*\\b${type}\\b.*$`, 'm'))[0];
  writeFileSync(types, `${imported}\ndeclare const only: ${type};\nexport = only;\n`);
}

/** The limit of lines breaks strings too, and bundlers that indent the lines of a package change them there. */
function joinStrings() {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!/\.c?js$/.test(name)) continue;
    writeFileSync(join(dist, name), readFileSync(join(dist, name), 'utf8').replace(/(?<!\\)((?:\\\\)*)\\\n/g, '$1'));
  }
}

/** Each module system reads declarations of its own kind. */
function declarations() {
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'], { cwd: root, stdio: ['ignore', 2, 2] });
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const text = readFileSync(join(dist, name), 'utf8').replace(/(from '\.\.?\/[^']+)\.js'/g, "$1.cjs'");
    writeFileSync(join(dist, name.replace(/\.d\.ts$/, '.d.cts')), text);
  }
}

// The command line is made by scripts/cli.mjs.
for (const name of existsSync(dist) ? readdirSync(dist) : []) if (name !== 'cli') rmSync(join(dist, name), { recursive: true, force: true });
const ts = join(root, 'ts');
for (const format of ['js', 'cjs']) {
  await bundle('index.ts', `index.${format}`, [partsPlugin(ts, format)], format === 'js' ? traced : {});
  const main = join(dist, `index.${format}`);
  if (!mapped) writeFileSync(main, quickened(readFileSync(main, 'utf8'), style));
  await bundle('unavailable.ts', `unavailable.${format}`, []);
  for (const [name, entry] of Object.entries(SUBPATHS)) await bundle(entry, `${name}.${format}`, [byName]);
}
await buildParts(ts, common);
// Bundlers take the whole: what is loaded by a path is not in their bundles.
await bundle('index.ts', 'whole.js', []);
// Not `.cjs` by name, in which ncc looks for no files: a package.json of their own says what they are.
await build({ ...common, entryPoints: ['index', 'embedded'].map((name) => `ts/engine/addon-files/${name}.js`), outdir: 'ts/dist/addon-files' });
copyFileSync(join(root, 'ts/engine/addon-files/package.json'), join(dist, 'addon-files/package.json'));
if (!mapped) joinStrings();
declarations();
for (const name of SINGLE) exportOne(name);
