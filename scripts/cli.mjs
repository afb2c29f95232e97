// Bundles the command line: a small start, a chunk for each command, and the library beside it as it is.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { code } from './bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'ts/index.ts');

/** Leaves the library out of the bundle: all chunks stand in one folder below it. */
const besides = {
  name: 'library',
  setup({ onResolve }) {
    onResolve({ filter: /\/index\.js$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path).replace(/\.js$/, '.ts') === library ? { path: '../index.js', external: true } : undefined,
    );
  },
};

rmSync(join(root, 'ts/dist/cli'), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['ts/cli/main.ts'],
  outdir: 'ts/dist/cli',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // What is written for CommonJS asks for the runtime's own modules this way.
  banner: { js: "import { createRequire as $require } from 'node:module'; const require = $require(import.meta.url);" },
  ...code,
  logLevel: 'warning',
  metafile: true,
  plugins: [besides],
});
const start = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === 'ts/cli/main.ts');
if (!readFileSync(join(root, start[0]), 'utf8').startsWith('#!')) throw new Error('the start of the command line has lost its first line');
