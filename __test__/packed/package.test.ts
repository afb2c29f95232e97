// The first hour of a new user: the packed tarballs in an empty project, strict TypeScript, both module systems, an editor.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript-5';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, packageName } from '../../scripts/addon.mjs';
import { FIRST_LOAD } from '../../scripts/facade-start.mjs';
import { ownPaths } from '../../scripts/platforms/inspect.mjs';
import { npm, tool } from '../../scripts/programs.mjs';
import { VERSION } from '../../ts/internal/version.ts';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const project = sharedDirectory();
let tarballs: string[];

beforeAll(() => {
  const pack = [join(root, 'scripts/package.mjs'), '--no-build'];
  const packed = execFileSync(process.execPath, pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  tarballs = packed
    .trim()
    .split('\n')
    .map((tarball) => join(root, tarball));
  project.write('package.json', '{ "name": "app", "private": true }');
  execFileSync(...npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs]), { cwd: project.path, stdio: 'ignore' });
  mkdirSync(project.at('node_modules/@types'));
  for (const name of ['@types/node', 'undici-types']) cpSync(join(root, 'node_modules', name), project.at('node_modules', name), { recursive: true });
  project.write('config/default.toml', '[server]\nport = 8080\n');
}, 120_000);

const installed = (...path: string[]) => project.at('node_modules', ...path);
const manifest = (name: string) => JSON.parse(readFileSync(installed(name, 'package.json'), 'utf8'));

/** The blocks of the README in a language. */
const blocks = (language: string) =>
  [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, name, code]) => (name === language ? [code as string] : []));
const examples = blocks('ts');
const reloading = examples.slice(1).join('\n');
/** What the first of them prints. */
const [shown] = blocks('text');

/** What a compiler says about the files, by file. */
function compile(compiler: string, files: string[]): (file: string) => string[] {
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--pretty', 'false'];
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', compiler, 'bin/tsc'), ...options, '--types', 'node', ...files], {
    cwd: project.path,
    encoding: 'utf8',
  });
  const lines = (stdout + stderr).split('\n').filter((line) => line !== '');
  // What names none of the files is said about all of them.
  return (file) => lines.filter((line) => line.startsWith(file) || !files.some((other) => line.startsWith(other)));
}

describe.each(['typescript', 'typescript-5'])('the examples of the README, compiled by %s', (compiler) => {
  let problems: (file: string) => string[];

  beforeAll(() => {
    for (const kind of ['mts', 'cts']) project.write(`example.${kind}`, examples[0] as string);
    const around = `declare function reconnect(db: unknown): void;
      declare function setLevel(level: string): void;
      declare const signal: AbortSignal;\n`;
    project.write('live.mts', `${examples[0]?.split('\n')[0]}\n${around}${reloading}`);
    problems = compile(compiler, ['example.mts', 'example.cts', 'live.mts']);
  }, 120_000);

  test.each(['mts', 'cts'])('the first one as .%s', (kind) => {
    const file = `example.${kind}`;
    expect(problems(file)).toEqual([]);
    const script = project.at(file.replace('ts', 'js'));
    const env = { ...process.env, APP_SERVER__PORT: '9000' };
    const output = execFileSync(process.execPath, [script], { cwd: project.path, env, encoding: 'utf8' });
    expect(output).toBe(shown);
  });

  test('the ones on reloading', () => {
    expect(reloading).toContain('.watch()');
    expect(problems('live.mts')).toEqual([]);
  });
});

describe('the packages', () => {
  test('with the addon of tests are apart from those that users get', () => {
    const folder = join(root, 'target', build() === 'release' ? 'packages' : 'packages-dev');
    expect(tarballs.map(dirname)).toEqual([folder, folder]);
  });

  test('run no script when they are installed, and need nothing else', () => {
    const { scripts, dependencies, optionalDependencies, engines, gypfile } = manifest('superconfig');
    expect({ scripts, dependencies, gypfile }).toEqual({ scripts: undefined, dependencies: undefined, gypfile: undefined });
    expect(engines).toEqual({ node: '>=20.16' });
    for (const name of Object.keys(optionalDependencies)) {
      expect(existsSync(installed(name))).toBe(true);
      const platform = manifest(name);
      expect([platform.scripts, platform.dependencies, platform.gypfile]).toEqual([undefined, undefined, undefined]);
      expect([platform.os, platform.cpu]).toEqual([[process.platform], [process.arch]]);
      expect(name).toBe(packageName);
    }
    expect(existsSync(installed('superconfig', 'binding.gyp'))).toBe(false);
  });

  test('hold what belongs in them', () => {
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'LIMITATIONS.md']) expect(existsSync(installed('superconfig', file))).toBe(true);
    for (const file of ['README.md', 'LICENSE']) expect(existsSync(installed(packageName, file))).toBe(true);
    for (const folder of ['__test__', 'crates', 'bench', 'scripts']) expect(existsSync(installed('superconfig', folder))).toBe(false);
  });

  test('are of one version, in every place that says which', () => {
    const { version, optionalDependencies } = manifest('superconfig');
    const said = [
      ...Object.keys(optionalDependencies).map((name) => manifest(name).version),
      ...Object.values(optionalDependencies),
      /^version = "(.*)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))?.[1],
      VERSION,
    ];
    expect(said).toEqual(said.map(() => version));
  });

  test('hold no path of the machine that built them', () => {
    const folders = ['superconfig', ...Object.keys(manifest('superconfig').optionalDependencies)];
    const files = folders.flatMap((name) =>
      readdirSync(installed(name), { recursive: true, encoding: 'utf8' })
        .map((file) => installed(name, file))
        .filter((path) => /\.([cm]?[jt]s|map)$/.test(path) && statSync(path).isFile()),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect([file, ownPaths(file)]).toEqual([file, []]);
  });

  test('pass publint', async () => {
    for (const name of ['superconfig', ...Object.keys(manifest('superconfig').optionalDependencies)]) {
      const { messages } = await publint({ pkgDir: installed(name), strict: true });
      const pkg = manifest(name);
      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    }
  });

  test('export these names, from both module systems', async () => {
    const names =
      'SuperConfig SuperConfigError args convert defaults defineConfig derive dir discover dotenv env file findProfiles glob isSuperConfigError loadConfig loadConfigSync module overrides parse registry source text toJsonSchema';
    project.write('names.mjs', "import * as names from 'superconfig'; console.log(Object.keys(names).sort().join(' '));");
    project.write('names.cjs', "console.log(Object.keys(require('superconfig')).sort().join(' '));");
    for (const program of ['names.mjs', 'names.cjs']) {
      expect(execFileSync(process.execPath, [project.at(program)], { encoding: 'utf8' }).trim()).toBe(names);
    }
    const types = [
      ...['ArrayStrategy', 'BuilderOptions', 'Candidate', 'ChangesOptions', 'ComparedValue', 'ConfigChange', 'ConfigHandle', 'Converted', 'ConvertOptions'],
      ...[
        'CustomSource',
        'DeepReadonly',
        'DefinitionContext',
        'Deriver',
        'Difference',
        'DirOptions',
        'DiscoverOptions',
        'DotenvOptions',
        'EnvMapping',
        'EnvOptions',
        'ErrorDetails',
        'EventMap',
      ],
      ...['Explanation', 'FileOptions', 'Format', 'FormattedVariable', 'GlobOptions', 'InferOutput', 'InsertOptions', 'Issue'],
      ...['LayerInfo', 'LayerUse', 'Limits', 'Listener', 'LoadOptions', 'LoosePath', 'ModuleOptions', 'NameOptions', 'Origin', 'Path', 'RegistryHandle'],
      ...[
        'RegistryStats',
        'ReloadResult',
        'SchemaOptions',
        'SchemaSummary',
        'SettableName',
        'Source',
        'SourceContext',
        'SourceOptions',
        'SourceReport',
        'SourceStatus',
        'StandardSchema',
      ],
      ...['Status', 'SuperConfigBuilder', 'SuperConfigErrorCode', 'TextOptions', 'Timings', 'ToStringOptions', 'Trust', 'UnknownKey', 'UnmatchedVariable'],
      ...['Unreached', 'Unused', 'UnusedLayer', 'UnusedValue', 'ValueAt', 'ValueOptions', 'Warning', 'WatchOptions', 'Watching'],
    ];
    const entries = ['index.d.ts', 'index.d.cts'].map((declarations) => installed('superconfig/ts/dist', declarations));
    const program = ts.createProgram(entries, { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 });
    const checker = program.getTypeChecker();
    for (const path of entries) {
      const module = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile) as ts.Symbol;
      const declared = checker.getExportsOfModule(module).map(({ name }) => name);
      expect([path, declared.sort()]).toEqual([path, [...names.split(' '), ...types].sort()]);
    }
  });

  test('stay small', () => {
    // What Node has to compile at start: a budget, not a measure.
    for (const [file, format] of Object.entries({ 'index.js': 'esm', 'index.cjs': 'cjs' } as const)) {
      const code = readFileSync(installed('superconfig/ts/dist', file), 'utf8');
      expect([file, transformSync(code, { minify: true, format, legalComments: 'none' }).code.length]).toEqual([
        file,
        expect.toSatisfy((size) => size <= 30 * 1024),
      ]);
    }
  });

  test('keep the names of what they export, for stacks', () => {
    const shows =
      'console.log(Object.entries(all).flatMap(([key, { name }]) => (name === undefined || name.replace(/\\d$/, "") === key ? [] : [name])).join());';
    project.write('names.mjs', `import * as all from 'superconfig';\n${shows}`);
    project.write('names.cjs', `const all = require('superconfig');\n${shows}`);
    for (const file of ['names.mjs', 'names.cjs']) {
      expect([file, execFileSync(process.execPath, [project.at(file)], { encoding: 'utf8' })]).toEqual([file, '\n']);
    }
  });

  test('compile what a first load runs together with the main file', () => {
    project.write(
      'first.cjs',
      `const session = new (require('node:inspector').Session)();
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
      require('superconfig').SuperConfig.builder().file('config/default.toml').loadSync().get('server.port');
      session.post('Profiler.takePreciseCoverage', (_, { result }) => {
        const { functions } = result.find(({ url }) => url.endsWith('/superconfig/ts/dist/index.cjs'));
        console.log(JSON.stringify(functions.filter(({ ranges: [{ count }] }) => count > 0).map(({ functionName }) => functionName)));
      });`,
    );
    const ran = JSON.parse(execFileSync(process.execPath, [project.at('first.cjs')], { cwd: project.path, encoding: 'utf8' }));
    const code = readFileSync(installed('superconfig/ts/dist/index.cjs'), 'utf8');
    expect(FIRST_LOAD.filter((name) => !ran.includes(name) || !new RegExp(`\\b${name}=\\(function`).test(code))).toEqual([]);
  });

  test('pass attw', { timeout: 120_000 }, () => {
    const tarball = tarballs.find((path) => /superconfig-\d/.test(path)) as string;
    const { status, stdout } = spawnSync(...tool('attw', [tarball, '--format', 'table-flipped', '--no-emoji', '--no-color']), { encoding: 'utf8' });
    expect(stdout).toContain('No problems found');
    expect(status).toBe(0);
  });
});

describe('an editor', () => {
  const path = project.at('edited.mts');
  let text = '';
  let version = 0;
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [path],
    getScriptVersion: (name) => (name === path ? `${version}` : '1'),
    getScriptSnapshot: (name) => {
      const content = name === path ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => project.path,
    getCompilationSettings: () => ({ strict: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] }),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (name) => name === path || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  const service = ts.createLanguageService(host);

  /** What the editor offers at the `|` of a program. */
  function offered(program: string): string[] {
    text = program.replace('|', '');
    version += 1;
    return service.getCompletionsAtPosition(path, program.indexOf('|'), undefined)?.entries.map(({ name }) => name) ?? [];
  }

  const head = `import { SuperConfig } from 'superconfig';
    interface AppConfig { db: { pool: { min: number; max: number }; url: string }; log?: { level: string } }
    const config = SuperConfig.builder<AppConfig>().loadSync();`;
  const paths = ['db', 'db.pool', 'db.pool.max', 'db.pool.min', 'db.url', 'log', 'log.level'];

  test.each(['get', 'handle'])('offers the paths for `%s`', { timeout: 120_000 }, (method) => {
    expect(offered(`${head} config.${method}('|')`).sort()).toEqual(paths);
    expect(offered(`${head} config.${method}('db.p|')`)).toContain('db.pool.max');
  });

  test('offers the keys of `current`, and what a builder does', { timeout: 120_000 }, () => {
    expect(offered(`${head} config.current.db.|`).sort()).toEqual(['pool', 'url']);
    expect(offered(`${head} SuperConfig.builder().|`)).toEqual(expect.arrayContaining(['file', 'dir', 'env', 'schema', 'watch', 'load', 'loadSync']));
  });
});
