// Empty projects with the packed tarballs, as users install them, and programs that use the package there.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { file as addonFile, platform } from '../../scripts/addon.mjs';

const root = join(import.meta.dirname, '../..');
/** The folder with the tarballs of the package and of this platform's addon. */
const packages = process.env.SUPERCONFIG_PACKAGES ?? join(root, 'target/packages');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
/** The tarball of the package, and that of the addon. */
export const tarballs = [version, `${platform}-${version}`].map((name) => join(packages, `superconfig-${name}.tgz`)) as [string, string];
export { addonFile, platform };
/** A program among the tools that are tested with. */
export const tool = (path: string): string => join(import.meta.dirname, 'node_modules', path);

/** A folder with a project in it. */
export class Project {
  readonly home = mkdtempSync(join(tmpdir(), 'superconfig-surroundings-'));
  readonly path = join(this.home, 'work/app');

  constructor() {
    this.write('package.json', JSON.stringify({ name: 'app', private: true }));
    afterAll(() => rmSync(this.home, { recursive: true, force: true }), 60_000);
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  write(name: string, text: string): string {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), text);
    return this.at(name);
  }

  /** Installs the packages, as `npm install` does. */
  install(): this {
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], this.path);
    return this;
  }

  /** The addon as it is installed. */
  get addon(): string {
    return this.at('node_modules/@superconfig', platform, addonFile);
  }

  /** A folder that has nothing above it but what would break a program that loads it. */
  away(name: string): string {
    const path = join(this.home, 'elsewhere', name);
    mkdirSync(path, { recursive: true });
    for (const place of ['node_modules/@superconfig', '@superconfig']) {
      const planted = join(this.home, place, platform, addonFile);
      mkdirSync(dirname(planted), { recursive: true });
      if (!existsSync(planted)) writeFileSync(planted, 'planted');
    }
    writeFileSync(join(this.home, 'elsewhere/package.json'), '{ "name": "elsewhere" }');
    return path;
  }

  /** Copies a file or folder away from the project. */
  moved(from: string, name: string): string {
    const to = this.away(name);
    // Links as they are written: made absolute they would lead back into the project.
    cpSync(this.at(from), to, { recursive: true, verbatimSymlinks: true });
    return to;
  }
}

/** Runs a program. @returns what it prints */
export function run(program: string, args: string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NEXT_TELEMETRY_DISABLED: '1', ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status ?? signal} ${error ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a script with this Node, from a folder of its own. */
export const node = (script: string, env: Record<string, string> = {}): string => run(process.execPath, [script], dirname(script), env);

// All parts of the package that are loaded at their first use: a schema, a source of the program's own, events, a module.
const body = (specifier: string) => `
const schema = { '~standard': { version: 1, vendor: 'app', validate: (value) => ({ value }) } };
const config = SuperConfig.builder({ env: { APP_PORT: '81' } })
  .defaults({ port: 80, list: [{ a: 1 }] })
  .source({ name: 'flags', load: () => ({ flag: true }) })
  .derive('double', ({ port }) => ({ double: 2 * port }))
  .env('APP')
  .schema(schema)
  .loadSync();
let changes = 0;
config.on('change', () => { changes += 1; });
config.reloadSync();
console.log(JSON.stringify([config.get('port'), config.get('double'), config.get('flag'), parse('a: 1', 'yaml').a, changes, '${specifier}'.length > 0]));
config.close();
`;

/** A program as an ECMAScript module. */
export const esm = (specifier = 'superconfig'): string => `import { parse, SuperConfig } from '${specifier}';${body(specifier)}`;
/** The same in CommonJS. */
export const cjs = (specifier = 'superconfig'): string => `const { parse, SuperConfig } = require('${specifier}');${body(specifier)}`;
/** What they print. */
export const printed = '[81,160,true,1,0,true]\n';

/** What a program without its addon prints: the code and the hint. */
export function refused(script: string): { code: string; hint: string; message: string } {
  const { stderr } = spawnSync(process.execPath, [script], { cwd: dirname(script), encoding: 'utf8', env: { PATH: process.env.PATH } });
  expect(stderr).toContain('ERR_SUPERCONFIG_LOAD_NATIVE');
  return { code: 'ERR_SUPERCONFIG_LOAD_NATIVE', hint: /hint: '(.*)'/.exec(stderr)?.[1] ?? '', message: stderr };
}
