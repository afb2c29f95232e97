// Programs that bundlers and tracers make, run where nothing but what they made can be found.
import { copyFileSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { addonFile, cjs, esm, node, Project, printed, refused, run, tool } from './project.ts';

const project = new Project().install();
for (const [entry, specifier] of Object.entries({ plain: 'superconfig', embed: 'superconfig/embed' })) {
  project.write(`${entry}.mjs`, esm(specifier));
  project.write(`${entry}.cjs`, cjs(specifier));
}
const entries = ['plain.mjs', 'plain.cjs'];

/** A tool as its users import it. */
// biome-ignore lint/suspicious/noExplicitAny: the tools are not among the packages that are compiled with.
const load = (path: string): Promise<any> => import(pathToFileURL(tool(path)).href);

test.each(entries)('@vercel/nft takes the addon along: %s', async (entry) => {
  const { nodeFileTrace } = await load('@vercel/nft/out/index.js').then((exports) => exports.default ?? exports);
  const { fileList } = await nodeFileTrace([project.at(entry)], { base: project.path });
  const away = project.away(`nft-${entry}`);
  for (const file of fileList) cpSync(project.at(file), join(away, file));
  expect([...fileList].filter((file: string) => file.endsWith('.node'))).toHaveLength(1);
  expect(node(join(away, entry))).toBe(printed);
});

/** Bundlers by name: what makes `out/main.…` of an entry, and the extensions that it can make. */
const BUNDLERS: Record<string, { formats: string[]; bundle(entry: string, out: string, format: string): Promise<unknown> | unknown }> = {
  esbuild: {
    formats: ['mjs', 'cjs'],
    async bundle(entry, out, format) {
      const { build } = await load('esbuild/lib/main.js').then((exports) => exports.default ?? exports);
      const options = { entryPoints: [project.at(entry)], outfile: join(out, `main.${format}`), bundle: true, platform: 'node', logLevel: 'error' };
      await build({ ...options, format: format === 'mjs' ? 'esm' : 'cjs' });
    },
  },
  rolldown: {
    formats: ['mjs', 'cjs'],
    async bundle(entry, out, format) {
      const { rolldown } = await load('rolldown/dist/index.mjs');
      const bundle = await rolldown({ input: project.at(entry), platform: 'node', logLevel: 'silent' });
      await bundle.write({ file: join(out, `main.${format}`), format: format === 'mjs' ? 'esm' : 'cjs' });
    },
  },
  webpack: {
    formats: ['mjs', 'cjs'],
    async bundle(entry, out, format) {
      const { default: webpack } = await load('webpack/lib/index.js');
      const isModule = format === 'mjs';
      const output = { path: out, filename: `main.${format}`, ...(isModule && { module: true, library: { type: 'module' } }) };
      await new Promise<void>((resolve, reject) => {
        // biome-ignore lint/suspicious/noExplicitAny: as above.
        const done = (error: unknown, stats: any) => (error || stats?.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve());
        const options = { mode: 'production', target: 'node20', context: project.path, entry: project.at(entry), output };
        webpack({ ...options, experiments: { outputModule: isModule } }, done);
      });
    },
  },
  'Vite SSR': {
    formats: ['mjs'],
    async bundle(entry, out) {
      const { build } = await load('vite/dist/node/index.js');
      const rolldownOptions = { input: project.at(entry), output: { entryFileNames: 'main.mjs' } };
      await build({ root: project.path, configFile: false, logLevel: 'error', ssr: { noExternal: true }, build: { ssr: true, outDir: out, rolldownOptions } });
    },
  },
};

const bundles = Object.entries(BUNDLERS)
  .flatMap(([name, { formats, bundle }]) => formats.flatMap((format) => entries.map((entry) => ({ name, entry, format, bundle }))))
  // A program of CommonJS as an ECMAScript module has no `require` for modules of Node.
  .filter(({ name, entry, format }) => !(name === 'esbuild' && entry.endsWith('.cjs') && format === 'mjs'));

test.each(bundles)('a bundle by $name of $entry as .$format says what is missing, and runs after that command', async ({ name, entry, format, bundle }) => {
  const away = project.away(`${name}-${entry}-${format}`);
  await bundle(entry, away, format);
  const main = join(away, `main.${format}`);
  expect(refused(main).hint).toContain(`cp node_modules/@superconfig/`);
  copyFileSync(project.addon, join(away, addonFile));
  expect(node(main)).toBe(printed);
});

describe('ncc', () => {
  test.each(['plain.mjs', 'plain.cjs', 'embed.mjs', 'embed.cjs'])('takes the addon along: %s', (entry) => {
    const away = project.away(`ncc-${entry}`);
    run(process.execPath, [tool('@vercel/ncc/dist/ncc/cli.js'), 'build', project.at(entry), '-o', away], project.path);
    expect(readdirSync(away, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.node'))).toHaveLength(1);
    const [main] = readdirSync(away).filter((file) => /^index\.[cm]?js$/.test(file)) as [string];
    expect(node(join(away, main))).toBe(printed);
  });
});

test.each(['embed.mjs', 'embed.cjs'])('esbuild copies the addon of superconfig/embed: %s', async (entry) => {
  const { build } = await load('esbuild/lib/main.js').then((exports) => exports.default ?? exports);
  const away = project.away(`esbuild-${entry}`);
  const options = { entryPoints: [project.at(entry)], outfile: join(away, 'main.cjs'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' };
  await build({ ...options, loader: { '.node': 'copy' } });
  expect(node(join(away, 'main.cjs'))).toBe(printed);
});
