// `superconfig/nestjs` in a real application of a version of Nest: controllers that answer over HTTP, live values, testing modules.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript-5';
import { beforeAll, expect, test } from 'vitest';
import { sharedDirectory } from './temporary.ts';

const root = join(import.meta.dirname, '../..');
const example = join(root, 'examples/nestjs');

/** What programs import, by the packages that have it. */
const NAMES = {
  '@nestjs/core': 'NestFactory',
  '@nestjs/common': 'Module',
  '@nestjs/testing': 'Test',
  'superconfig/testing': 'createTestConfig',
  'superconfig/nestjs': 'ConfigService, configToken, InjectConfig, overrideConfig, SuperConfigModule',
  'node:fs': 'rmSync, writeFileSync',
  './app.js': 'AppModule, Pool',
  './config.js': 'config',
};

/** A version of Nest. */
export interface Nest {
  version: number;
  /** The folder with its packages, from the project's own. */
  packages: string;
  isEsm: boolean;
}

/** Runs the example, and programs beside it, in an application of that version and module system. */
export function testNest({ version, packages, isEsm }: Nest): void {
  const module = isEsm ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS;
  const directory = sharedDirectory();
  const [before, imports] = isEsm
    ? ["import 'reflect-metadata';", Object.entries(NAMES).map(([from, names]) => `import { ${names} } from '${from}';`)]
    : ["require('reflect-metadata');", Object.entries(NAMES).map(([from, names]) => `const { ${names} } = require('${from}');`)];

  beforeAll(() => {
    const compilerOptions = { module, target: ts.ScriptTarget.ES2022, experimentalDecorators: true, emitDecoratorMetadata: true, esModuleInterop: true };
    for (const name of readdirSync(join(example, 'src'))) {
      const text = readFileSync(join(example, 'src', name), 'utf8');
      directory.write(name.replace('.ts', '.js'), ts.transpileModule(text, { compilerOptions }).outputText);
    }
    cpSync(join(example, 'config'), directory.at('config'), { recursive: true });
    directory.write('package.json', JSON.stringify({ type: isEsm ? 'module' : 'commonjs' }));
    mkdirSync(directory.at('node_modules'));
    symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
    symlinkSync(join(root, 'node_modules/@types'), directory.at('node_modules/@types'), 'junction');
    for (const name of ['@nestjs', 'reflect-metadata', 'rxjs']) symlinkSync(join(root, packages, name), directory.at('node_modules', name), 'junction');
  });

  /** Runs a program beside the application; gives what it prints as JSON. */
  function run(program: string): unknown {
    const helpers = `
      const ask = async (app, path) => (await fetch(\`\${await app.getUrl()}/\${path}\`)).json();
      const print = (value) => process.stdout.write(JSON.stringify(value));`;
    const main = `(async () => {\n${program}\nconfig.close(); })().catch((error) => { console.error(error); process.exit(1); });`;
    directory.write('program.js', [before, ...imports, helpers, main].join('\n'));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['program.js'], { cwd: directory.path, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  }

  test('the packages are of that version', () => {
    const { version: found, type } = JSON.parse(readFileSync(directory.at('node_modules/@nestjs/core/package.json'), 'utf8'));
    expect([found.split('.')[0], type === 'module']).toEqual([String(version), isEsm]);
  });

  test('the example compiles strictly', () => {
    const options = [
      '--noEmit',
      '--strict',
      '--experimentalDecorators',
      '--emitDecoratorMetadata',
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      '--target',
      'es2022',
      '--skipLibCheck',
      '--types',
      'node',
    ];
    cpSync(join(example, 'src'), directory.at('src'), { recursive: true });
    execFileSync(process.execPath, [join(root, 'node_modules/typescript-5/bin/tsc'), ...options, 'src/main.ts'], { cwd: directory.path, stdio: 'inherit' });
  });

  test('the example answers over HTTP', () => {
    const output = execFileSync(process.execPath, ['main.js'], { cwd: directory.path, encoding: 'utf8', env: { ...process.env, SHOP_DB__POOL__MAX: '20' } });
    expect(output).toBe("greeting { text: 'hello', port: 3000 }\npool { url: 'postgres://localhost/shop', max: 20 }\norigin { kind: 'file', line: 9 }\n");
  });

  test('controllers and providers see a change without being made anew', () => {
    const answers = run(`
      const app = await NestFactory.create(AppModule, { logger: false });
      await app.listen(0, '127.0.0.1');
      const before = await ask(app, 'greeting');
      writeFileSync('config/local.toml', '[greeting]\\ntext = "changed"\\n[db.pool]\\nmax = 99\\n');
      await config.reload();
      print([before, await ask(app, 'greeting'), await ask(app, 'pool')]);
      await app.close();
      rmSync('config/local.toml');`);
    expect(answers).toEqual([
      { text: 'hello', port: 3000 },
      { text: 'changed', port: 3000 },
      { url: 'postgres://localhost/shop', max: 99 },
    ]);
  });

  test('a testing module sees its own values, and the application its own', () => {
    const answers = run(`
      const make = (values) => overrideConfig(Test.createTestingModule({ imports: [AppModule] }), values).compile();
      const [one, two] = await Promise.all([make({ greeting: { text: 'one' } }), make({ db: { pool: { max: 2 } } })]);
      const apps = [one.createNestApplication({ logger: false }), two.createNestApplication({ logger: false })];
      for (const app of apps) await app.listen(0, '127.0.0.1');
      print([
        await ask(apps[0], 'greeting'), await ask(apps[1], 'greeting'), await ask(apps[1], 'pool'), one.get(Pool).describe().max,
        one.get(ConfigService).get('greeting.text'), one.get(ConfigService).get('greeting.nothing') ?? 'nothing', config.get('greeting.text'),
      ]);
      for (const app of apps) await app.close();`);
    expect(answers).toEqual([
      { text: 'one', port: 3000 },
      { text: 'hello', port: 3000 },
      { url: 'postgres://localhost/shop', max: 2 },
      10,
      'one',
      'nothing',
      'hello',
    ]);
  });

  test('a service is replaced as any provider is, and modules can keep it to themselves', () => {
    const answers = run(`
      const service = new ConfigService(createTestConfig({ server: { port: 1 } }));
      const testing = await Test.createTestingModule({ imports: [AppModule] }).overrideProvider(ConfigService).useValue(service).compile();
      const own = SuperConfigModule.forRoot(createTestConfig({ db: {}, greeting: {}, 'db.pool.max': 1, ...config.current }), { global: false });
      print([testing.get(ConfigService).getOrThrow('server.port'), own.global]);`);
    expect(answers).toEqual([1, false]);
  });

  test('a section has a token, whose handle is live and can be replaced', () => {
    const answers = run(`
      class Section {}
      const providers = [{ provide: Section, useFactory: (db) => db, inject: [configToken('db')] }];
      Module({ imports: [AppModule], providers })(Section);
      const app = await NestFactory.createApplicationContext(Section, { logger: false });
      const testing = await Test.createTestingModule({ imports: [Section] }).overrideProvider(configToken('db')).useValue({ value: { pool: { max: 5 } } }).compile();
      const handle = app.get(Section);
      const before = handle.value.pool.max;
      writeFileSync('config/local.toml', '[db.pool]\\nmax = 77\\n');
      await config.reload();
      print([before, handle.value.pool.max, testing.get(Section).value.pool.max]);
      rmSync('config/local.toml');
      await app.close();`);
    expect(answers).toEqual([10, 77, 5]);
  });

  test('a path that nothing knows is an error while Nest wires, with the nearest one', () => {
    const answers = run(`
      class Lost {}
      InjectConfig('greting.text')(Lost, undefined, 0);
      class LostModule {}
      Module({ imports: [AppModule], providers: [Lost] })(LostModule);
      const error = await NestFactory.createApplicationContext(LostModule, { logger: false, abortOnError: false }).catch((error) => error);
      const refused = [undefined, {}].map((given) => { try { SuperConfigModule.forRoot(given); } catch (error) { return error.code; } });
      print([error.code, error.hint, refused]);`);
    expect(answers).toEqual(['ERR_SUPERCONFIG_PATH', 'did you mean `greeting.text`?', ['ERR_SUPERCONFIG_OPTION', 'ERR_SUPERCONFIG_OPTION']]);
  });
}
