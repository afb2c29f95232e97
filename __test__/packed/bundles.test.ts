// The package in bundles and in what tools gather: code stays as it is, the addon is found beside the application, and never
// above it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import commonjsPlugin from '@rollup/plugin-commonjs';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { nodeFileTrace } from '@vercel/nft';
import { build, transformSync } from 'esbuild';
import { rollup } from 'rollup';
import { beforeEach, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import { file as addonFile, folder as addonFolder, platform as name } from '../../scripts/addon.mjs';
import { names as platforms } from '../../scripts/platforms/platforms.mjs';
import { isLinux, isWindows, system } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

// Its types are those of a CommonJS module, which it is not.
const commonjs = commonjsPlugin as unknown as typeof commonjsPlugin.default;
const root = join(import.meta.dirname, '../..');
const addon = join(root, addonFolder, addonFile);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
/** A home directory with an application deep in it. */
const home = temporaryDirectory();
const app = (...path: string[]) => home.at('user/project/app', ...path);

/** Writes the package as it is installed, and the addon's. */
function install(directory: string): void {
  const superconfig = join(directory, 'node_modules/superconfig');
  mkdirSync(superconfig, { recursive: true });
  cpSync(join(root, 'package.json'), join(superconfig, 'package.json'));
  cpSync(join(root, 'ts/dist'), join(superconfig, 'ts/dist'), { recursive: true, filter: (path) => !/\.d\.c?ts$/.test(path) });
  installAddon(join(directory, 'node_modules'));
}

function installAddon(modules: string): string {
  const folder = join(modules, '@superconfig', name);
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'npm', name, 'package.json'), join(folder, 'package.json'));
  cpSync(addon, join(folder, addonFile));
  return folder;
}

/** What stands above an application and would run code of others: a library that is none, which a load would say. */
function plant(): void {
  for (const above of ['user/project', 'user', '.']) {
    for (const place of ['node_modules/@superconfig', '@superconfig', 'npm']) {
      home.write(join(above, place, name, addonFile), 'planted');
    }
  }
}

const body = `const config = SuperConfig.builder({ env: { APP_PORT: '81' } }).defaults({ port: 80, list: [{ a: 1 }] }).env('APP').loadSync();
  console.log(JSON.stringify([config.get('port'), config.toString({ format: 'yaml' })]));`;
const printed = `${JSON.stringify([81, 'port: 81\nlist:\n  - a: 1\n'])}\n`;
const failing = (load: string) => `try { ${load} } catch ({ code, message, hint }) { console.log(JSON.stringify({ code, message, hint })); }`;

beforeEach(() => {
  install(app());
  home.write('user/project/app/package.json', '{ "name": "app", "private": true }');
  home.write('user/project/app/main.mjs', `import { SuperConfig } from 'superconfig';\n${failing(body)}`);
  home.write('user/project/app/main.cjs', `const { SuperConfig } = require('superconfig');\n${failing(body)}`);
});

/** Runs a program somewhere else than where the application is. */
function run(program: string, env: Record<string, string> = {}): string {
  const cwd = home.at('elsewhere');
  mkdirSync(cwd, { recursive: true });
  const { stdout, stderr } = spawnSync(process.execPath, [program], { cwd, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...env } });
  expect(stderr).toBe('');
  return stdout;
}

const refused = (program: string, env: Record<string, string> = {}) => JSON.parse(run(program, env)) as { code: string; message: string; hint: string };

const withWebpack = (entry: string, type: 'module' | 'commonjs', file: string) =>
  new Promise<void>((resolve, reject) => {
    const output = { path: dirname(file), filename: file.slice(dirname(file).length + 1), ...(type === 'module' ? { module: true, library: { type } } : {}) };
    webpack({ mode: 'production', target: 'node20', context: app(), entry, output, experiments: { outputModule: type === 'module' } }, (error, stats) => {
      if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
      else resolve();
    });
  });

/** Ways to make one file of a program, from each module system and to each. */
const BUNDLERS: Record<string, (entry: string, file: string) => Promise<unknown>> = {
  'esbuild to ESM': (entry, outfile) => build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' }),
  'esbuild to CommonJS': (entry, outfile) => build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' }),
  'rollup to ESM': (entry, file) => withRollup(entry, file, 'es'),
  'rollup to CommonJS': (entry, file) => withRollup(entry, file, 'cjs'),
  'webpack to ESM': (entry, file) => withWebpack(entry, 'module', file),
  'webpack to CommonJS': (entry, file) => withWebpack(entry, 'commonjs', file),
};

async function withRollup(input: string, file: string, format: 'es' | 'cjs'): Promise<void> {
  const bundle = await rollup({ input, plugins: [nodeResolve(), commonjs()], onwarn: () => {} });
  await bundle.write({ file, format });
  await bundle.close();
}

const bundles = Object.entries(BUNDLERS)
  .flatMap(([kind, bundle]) => ['main.mjs', 'main.cjs'].map((entry) => [kind, entry, bundle] as const))
  // A program of CommonJS that esbuild writes as ESM can require nothing, modules of Node neither.
  .filter(([kind, entry]) => kind !== 'esbuild to ESM' || entry !== 'main.cjs');

describe.each(bundles)('a bundle by %s of %s', (kind, entry, bundle) => {
  const extension = kind.endsWith('ESM') ? 'mjs' : 'cjs';

  test('finds the addon of its application, also where it was moved to, and no other', async () => {
    plant();
    const file = app('dist', `bundle.${extension}`);
    await bundle(app(entry), file);
    rmSync(app('node_modules/superconfig'), { recursive: true });
    expect(run(file)).toBe(printed);

    renameSync(home.at('user'), home.at('moved'));
    expect(run(home.at('moved/project/app/dist', `bundle.${extension}`))).toBe(printed);

    // Without it none is taken from above, and the error says what to do.
    rmSync(home.at('moved/project/app/node_modules/@superconfig'), { recursive: true });
    const { code, message, hint } = refused(home.at('moved/project/app/dist', `bundle.${extension}`));
    expect([code, message]).toEqual(['ERR_SUPERCONFIG_LOAD_NATIVE', expect.stringContaining(`there is no addon for ${system} beside the bundle`)]);
    const copy = `cp node_modules/@superconfig/${name}/${addonFile} ${home.at('moved/project/app/dist')}`;
    expect(hint).toBe(`mark \`superconfig\` as external, or run \`${copy}\` after bundling`);

    // Which is right.
    cpSync(addon, home.at('moved/project/app/dist', addonFile));
    expect(run(home.at('moved/project/app/dist', `bundle.${extension}`))).toBe(printed);
  });
});

test('a bundle that goes by the name of a file of the package, which is not there, is a bundle all the same', async () => {
  const outfile = app('dist/server.mjs');
  const original = JSON.stringify(pathToFileURL(home.at('nowhere/node_modules/superconfig/ts/dist/whole.js')).href);
  const define = { 'import.meta.url': original };
  await build({ entryPoints: [app('main.mjs')], outfile, bundle: true, platform: 'node', format: 'esm', define, logLevel: 'silent' });
  expect(run(outfile)).toBe(printed);
  rmSync(app('node_modules'), { recursive: true });
  const { message, hint } = refused(outfile);
  expect(message).toContain(`there is no addon for ${system} beside the bundle in ${app('dist')}: `);
  expect(hint).toContain(`/${addonFile} ${app('dist')}\` after bundling`);
  cpSync(addon, app('dist', addonFile));
  expect(run(outfile)).toBe(printed);
});

test('a bundle in a workspace finds the addon among the packages of the workspace', async () => {
  const file = app('dist/bundle.mjs');
  await BUNDLERS['esbuild to ESM']?.(app('main.mjs'), file);
  rmSync(app('node_modules'), { recursive: true });
  installAddon(home.at('user/project/node_modules'));
  expect(refused(file).code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
  home.write('user/project/package.json', '{ "name": "project", "workspaces": ["app"] }');
  expect(run(file)).toBe(printed);
});

test('a bundle takes nothing from a directory that every user may write to', async ({ skip }) => {
  skip(isWindows, 'Windows has no modes of files');
  const file = app('dist/bundle.mjs');
  await BUNDLERS['esbuild to ESM']?.(app('main.mjs'), file);
  rmSync(app('package.json'));
  for (const place of ['dist', '.']) {
    installAddon(app(place, 'node_modules'));
    expect(run(file)).toBe(printed);
    chmodSync(app(place), 0o1777);
    expect(refused(file).code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
    chmodSync(app(place), 0o755);
    rmSync(app(place, 'node_modules'), { recursive: true });
  }
});

test('the addon beside the program is found, and not where every user may put one', async ({ skip }) => {
  skip(isWindows, 'Windows has no modes of files');
  await BUNDLERS['esbuild to ESM']?.(app('main.mjs'), app('dist/bundle.mjs'));
  rmSync(app('node_modules'), { recursive: true });
  mkdirSync(home.at('bin'));
  cpSync(addon, home.at('bin', addonFile));
  home.write('user/project/app/dist/start.mjs', `process.execPath = ${JSON.stringify(home.at('bin/node'))}; await import('./bundle.mjs');`);
  expect(run(app('dist/start.mjs'))).toBe(printed);
  chmodSync(home.at('bin'), 0o1777);
  expect(refused(app('dist/start.mjs')).code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
});

test('a program that embeds the addon needs nothing beside it', async () => {
  for (const entry of ['main.mjs', 'main.cjs']) {
    home.write(`user/project/app/${entry}`, readFileSync(app(entry), 'utf8').replace("'superconfig'", "'superconfig/embed'"));
    expect(run(app(entry))).toBe(printed);
    const out = home.at('alone', entry.replace('.', '-'));
    await build({ entryPoints: [app(entry)], outdir: out, bundle: true, platform: 'node', format: 'cjs', loader: { '.node': 'copy' }, logLevel: 'silent' });
    expect(readdirSync(out)).toHaveLength(2);
    expect(run(join(out, 'main.js'))).toBe(printed);
  }
});

test('what gathers the files of a program finds the addon', async () => {
  for (const entry of ['main.mjs', 'main.cjs']) {
    const { fileList } = await nodeFileTrace([app(entry)], { base: app() });
    expect([...fileList]).toContain(join('node_modules/@superconfig', name, addonFile));
    const target = home.at(`gathered-${entry}`);
    for (const path of fileList) cpSync(app(path), join(target, path));
    expect(run(join(target, entry))).toBe(printed);
  }
});

test('no text of the package goes over a line', () => {
  const files = readdirSync(join(root, 'ts/dist'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const code = readFileSync(join(root, 'ts/dist', file), 'utf8');
    expect([file, code.match(/\\\n/g)]).toEqual([file, null]);
    // Throws for what is no program.
    transformSync(code, { format: file.endsWith('.cjs') ? 'cjs' : 'esm' });
  }
});

describe('installed', () => {
  const found = () => refused(app('main.mjs'));

  test('the addon is found below the package, beside it, and hoisted', () => {
    plant();
    for (const modules of ['node_modules', '../node_modules', 'node_modules/superconfig/node_modules']) {
      rmSync(app('node_modules/@superconfig'), { recursive: true, force: true });
      installAddon(app(modules));
      for (const entry of ['main.mjs', 'main.cjs']) expect([modules, run(app(entry))]).toEqual([modules, printed]);
    }
  });

  test('the addon is not taken from packages in a directory that every user may write to', ({ skip }) => {
    skip(isWindows, 'Windows has no modes of files');
    rmSync(app('node_modules/@superconfig'), { recursive: true });
    installAddon(home.at('user/node_modules'));
    expect(run(app('main.mjs'))).toBe(printed);
    chmodSync(home.at('user'), 0o1777);
    expect(found().code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
    chmodSync(home.at('user'), 0o755);
  });

  test('the addon is found where there is no working directory', ({ skip }) => {
    skip(isWindows, 'Windows keeps the directories that programs are in');
    const elsewhere = JSON.stringify(home.at('elsewhere'));
    const gone = `process.chdir(${elsewhere}); require('node:fs').rmdirSync(${elsewhere});`;
    for (const entry of ['main.mjs', 'main.cjs']) {
      home.write('user/project/app/gone.cjs', `${gone} import('./${entry}');`);
      // The addon says so.
      expect(refused(app('gone.cjs')).message).toMatch(/^the working directory is not there/);
    }
  });

  test('without its package it names the package and the version', () => {
    rmSync(app('node_modules/@superconfig'), { recursive: true });
    const { code, message, hint } = found();
    expect(code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
    const missing = `the package @superconfig/${name}@${version}, which holds the addon for ${system}, is not installed: `;
    expect(message.slice(0, missing.length)).toBe(missing);
    expect(message).toContain('--omit=optional');
    expect(hint).toBe(`npm install @superconfig/${name}@${version}`);
  });

  test('one that does not load says where it is and why', () => {
    const path = app('node_modules/@superconfig', name, addonFile);
    writeFileSync(path, 'no library');
    const { code, message, hint } = found();
    expect([code, message.startsWith(`the addon ${path} does not load: `), hint]).toEqual([
      'ERR_SUPERCONFIG_LOAD_NATIVE',
      true,
      `npm install --force @superconfig/${name}@${version}`,
    ]);
  });

  test('one of another version says both', () => {
    const code = readFileSync(app('node_modules/superconfig/ts/dist/index.js'), 'utf8');
    const other = code.replace(`"${version}"`, '"9.8.7"');
    expect(other).not.toBe(code);
    writeFileSync(app('node_modules/superconfig/ts/dist/index.js'), other);
    const error = found();
    expect(error.code).toBe('ERR_SUPERCONFIG_LOAD_NATIVE');
    expect(error.message).toMatch(new RegExp(`^superconfig 9.8.7 found an addon of version ${version} `));
    expect(error.hint).toBe(`npm install superconfig@9.8.7 @superconfig/${name}@9.8.7`);
  });

  test('one for another C library says which it needs, and which there is', ({ skip }) => {
    skip(!isLinux, 'only Linux has two C libraries');
    const [own, other] = name.endsWith('-gnu') ? ['glibc', 'musl'] : ['musl', 'glibc'];
    const another = name.endsWith('-gnu') ? name.replace('-gnu', '-musl') : name.replace('-musl', '-gnu');
    home.write(`user/project/app/node_modules/@superconfig/${another}/superconfig.${another}.node`, `a library for ${other}`);
    // The one that fits is loaded also where both are there.
    expect(run(app('main.mjs'))).toBe(printed);
    rmSync(app('node_modules/@superconfig', name), { recursive: true });
    const here = found();
    expect(here.message).toMatch(new RegExp(`${another}\\.node does not load: it needs ${other}, and this system has ${own}( \\d\\.\\d+)?$`));
    expect(here.hint).toBe(`npm install --force @superconfig/${name}@${version}`);

    rmSync(app('node_modules/@superconfig'), { recursive: true });
    home.write(`user/project/app/node_modules/@superconfig/${name}/${addonFile}`, `a library for ${own}`);
    const header = other === 'glibc' ? "{ glibcVersionRuntime: '2.36' }" : '{}';
    home.write('user/project/app/there.mjs', `process.report.getReport = () => ({ header: ${header} }); await import('./main.mjs');`);
    const there = refused(app('there.mjs'));
    expect(there.message).toMatch(new RegExp(`${name}\\.node does not load: it needs ${own}, and this system has ${other}( 2\\.36)?$`));
    expect(there.hint).toBe(`npm install --force @superconfig/${another}@${version}`);
  });

  test('one try loads it, and no part of the facade that is not used', () => {
    const counted = `const opened = [];
      const { dlopen } = process;
      process.dlopen = (module, path) => (opened.push(path), dlopen(module, path));
      process.on('exit', () => console.log(JSON.stringify([opened, Object.keys(require.cache).filter((file) => /superconfig.ts/.test(file))])));`;
    const reading = "require('superconfig').SuperConfig.builder({ env: {} }).defaults({ port: 80 }).loadSync().get('port')";
    home.write('user/project/app/counted.cjs', `${counted}\nconsole.log(${reading});`);
    const opened = [app('node_modules/@superconfig', name, addonFile)];
    expect(run(app('counted.cjs'))).toBe(`80\n${JSON.stringify([opened, [app('node_modules/superconfig/ts/dist/index.cjs')]])}\n`);
  });

  test('on a system without an addon it says which there are', () => {
    home.write('user/project/app/other.mjs', `Object.defineProperty(process, 'platform', { value: 'sunos' }); await import('./main.mjs');`);
    const { code, message, hint } = refused(app('other.mjs'));
    expect([code, message]).toEqual([
      'ERR_SUPERCONFIG_LOAD_NATIVE',
      `superconfig has no addon for sunos ${process.arch}; there are some for ${platforms.join(', ')}`,
    ]);
    expect(hint).toBe('build the addon from its sources and set SUPERCONFIG_ADDON to its path');
  });
});

describe('SUPERCONFIG_ADDON', () => {
  test('names the addon of any program', () => {
    rmSync(app('node_modules/@superconfig'), { recursive: true });
    cpSync(addon, home.at('addon.node'));
    expect(run(app('main.mjs'), { SUPERCONFIG_ADDON: home.at('addon.node') })).toBe(printed);
    expect(run(app('main.cjs'), { SUPERCONFIG_ADDON: home.at('addon.node') })).toBe(printed);
  });

  test('is an absolute path of a file that loads, or an error even where there is an addon', () => {
    home.write('broken.node', 'no library');
    home.write('elsewhere/addon.node', 'no library');
    const message = (SUPERCONFIG_ADDON: string) => refused(app('main.mjs'), { SUPERCONFIG_ADDON }).message;
    expect(message('addon.node')).toBe('SUPERCONFIG_ADDON is `addon.node`, which is not an absolute path');
    expect(message('/no/such.node')).toBe('SUPERCONFIG_ADDON names no file: /no/such.node');
    expect(message(home.at('broken.node'))).toContain(`the addon ${home.at('broken.node')} does not load: `);
    expect(run(app('main.mjs'), { SUPERCONFIG_ADDON: '' })).toBe(printed);
  });
});
