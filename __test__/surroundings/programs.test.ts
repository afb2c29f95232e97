// Single executables, package managers and test runners, with the packed tarballs.
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { addonFile, cjs, esm, node, Project, platform, printed, run, tarballs, tool } from './project.ts';

const bun = tool('@oven/bun-linux-x64/bin/bun');

describe('single executables', () => {
  test('bun build --compile puts the addon into the program', () => {
    const project = new Project().install();
    chmodSync(bun, 0o755);
    project.write('main.mjs', esm('superconfig/embed'));
    const program = join(project.away('bun'), 'program');
    run(bun, ['build', '--compile', project.at('main.mjs'), '--outfile', program], project.path);
    expect(run(program, [], project.away('cwd'))).toBe(printed);
  });

  test('a program of Node finds the addon beside itself', async () => {
    const project = new Project().install();
    const { build } = await import(pathToFileURL(tool('esbuild/lib/main.js')).href).then((exports) => exports.default ?? exports);
    project.write('main.mjs', esm());
    await build({ entryPoints: [project.at('main.mjs')], outfile: project.at('main.cjs'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    project.write('sea.json', JSON.stringify({ main: 'main.cjs', output: 'sea.blob', disableExperimentalSEAWarning: true }));
    run(process.execPath, ['--experimental-sea-config', 'sea.json'], project.path);
    const away = project.away('sea');
    const program = join(away, 'program');
    copyFileSync(process.execPath, program);
    const { inject } = await import(pathToFileURL(tool('postject/dist/api.js')).href).then((exports) => exports.default ?? exports);
    await inject(program, 'NODE_SEA_BLOB', readFileSync(project.at('sea.blob')), { sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2' });
    copyFileSync(project.addon, join(away, addonFile));
    expect(run(program, [], project.away('cwd'))).toBe(printed);
  });

  test('SUPERCONFIG_ADDON names the addon of any program', () => {
    const project = new Project().install();
    const away = project.away('named');
    copyFileSync(project.addon, join(away, 'any.node'));
    run(process.execPath, ['-e', "require('fs').rmSync('node_modules/@superconfig', { recursive: true })"], project.path);
    expect(node(project.write('main.mjs', esm()), { SUPERCONFIG_ADDON: join(away, 'any.node') })).toBe(printed);
  });
});

describe('package managers', () => {
  const overrides = { superconfig: `file:${tarballs[0]}`, [`@superconfig/${platform}`]: `file:${tarballs[1]}` };

  test('pnpm', () => {
    const project = new Project();
    project.write('package.json', JSON.stringify({ name: 'app', private: true, dependencies: { superconfig: overrides.superconfig } }));
    const lines = Object.entries(overrides).map(([name, path]) => `  '${name}': '${path}'`);
    project.write('pnpm-workspace.yaml', `overrides:\n${lines.join('\n')}\n`);
    run(process.execPath, [tool('pnpm/bin/pnpm.cjs'), 'install', '--ignore-scripts', `--store-dir=${join(project.home, 'store')}`], project.path);
    expect(node(project.write('main.mjs', esm()))).toBe(printed);
    expect(node(project.write('main.cjs', cjs()))).toBe(printed);
  });

  test('Yarn with Plug’n’Play', () => {
    const project = new Project();
    project.write('package.json', JSON.stringify({ name: 'app', private: true, dependencies: { superconfig: overrides.superconfig }, resolutions: overrides }));
    project.write('.yarnrc.yml', `enableTelemetry: false\nnodeLinker: pnp\nenableGlobalCache: false\nenableScripts: false\n`);
    project.write('yarn.lock', '');
    const yarn = (...args: string[]) => run(process.execPath, [tool('@yarnpkg/cli-dist/bin/yarn.js'), ...args], project.path);
    yarn('install');
    project.write('main.cjs', cjs());
    project.write('main.mjs', esm());
    expect(yarn('node', 'main.cjs')).toBe(printed);
    expect(yarn('node', 'main.mjs')).toBe(printed);
  });
});

describe('test runners', () => {
  const body = "test('reads', () => { expect(SuperConfig.builder({ env: { APP_PORT: '81' } }).env('APP').loadSync().get('port')).toBe(81); });";

  test('Jest', () => {
    const project = new Project().install();
    project.write('a.test.cjs', `const { SuperConfig } = require('superconfig');\n${body}`);
    project.write('jest.config.cjs', "module.exports = { testEnvironment: 'node', testMatch: ['**/*.test.cjs'], transform: {} };");
    run(process.execPath, [tool('jest/bin/jest.js'), '--ci', '--config', 'jest.config.cjs', '--rootDir', project.path], project.path);
  });

  test('Vitest, with the package as it is and through its own pipeline', () => {
    const project = new Project().install();
    project.write(
      'a.test.mjs',
      `import { expect, test } from '${pathToFileURL(tool('vitest/dist/index.js')).href}';\nimport { SuperConfig } from 'superconfig';\n${body}`,
    );
    for (const inline of ['[]', "['superconfig']"]) {
      writeFileSync(project.at('vitest.config.mjs'), `export default { test: { server: { deps: { inline: ${inline} } } } };`);
      run(process.execPath, [tool('vitest/vitest.mjs'), 'run'], project.path, { CI: 'true' });
    }
  });
});

test('a runtime that refuses memory of an addon, as Electron does, gets a copy of it', () => {
  const project = new Project().install();
  expect(node(project.write('main.cjs', cjs()), { SUPERCONFIG_EXTERNAL_MEMORY: 'off' })).toBe(printed);
});
