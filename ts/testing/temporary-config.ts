// Configuration files in a folder of their own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, isAbsolute, join, normalize, sep } from 'node:path';
import { type Format, SuperConfig, type SuperConfigBuilder, SuperConfigError } from '../index.js';
import { createTestConfig } from './test-config.js';

/**
 * Files by their names, in the order in which they apply: text as it is, or values, written in the format of the extension.
 *
 * @example
 * ```ts
 * import { type TemporaryFiles, temporaryConfig } from 'superconfig/testing';
 *
 * const files: TemporaryFiles = { 'app.toml': 'port = 1', 'local.json': { port: 2 } };
 * await temporaryConfig(files, (config) => config.get('port')); // a promise of 2
 * ```
 */
export type TemporaryFiles = Readonly<Record<string, string | object>>;

/**
 * Options of `temporaryConfig`.
 *
 * @example
 * ```ts
 * import { type TemporaryConfigOptions, temporaryConfig } from 'superconfig/testing';
 *
 * const options: TemporaryConfigOptions = { env: { APP_PORT: '3' }, build: (builder) => builder.file('app.toml').env('APP') };
 * await temporaryConfig({ 'app.toml': 'port = 1' }, (config) => config.get('port'), options); // a promise of 3
 * ```
 */
export interface TemporaryConfigOptions {
  /** The environment; none without it. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The profiles; none without it. */
  profile?: string | readonly string[];
  /** Adds the sources, in place of the folder `config` and each file outside it in the given order. */
  build?: (builder: SuperConfigBuilder) => SuperConfigBuilder;
}

const FORMATS: Readonly<Record<string, Format>> = { '.toml': 'toml', '.yaml': 'yaml', '.yml': 'yaml', '.json5': 'json5', '.jsonc': 'jsonc' };

/**
 * Writes files into a folder of their own, loads them and calls a function with the configuration and the folder; afterwards both are
 * gone, whatever the function does. Of files below `config/` it is the folder, as `dir` reads it; each other one is a layer of its own.
 *
 * @returns What the function returns.
 * @throws What loading throws, and what the function throws; `ERR_SUPERCONFIG_OPTION` for a name that leads out of the folder, and for
 * files or options that are no object.
 * @example
 * ```ts
 * import { temporaryConfig } from 'superconfig/testing';
 *
 * const port = await temporaryConfig({ 'config/default.json': { port: 1 }, 'config/local.toml': 'port = 2' }, (config) => config.get('port'));
 * port; // 2
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export async function temporaryConfig<R, T = any>(
  files: TemporaryFiles,
  fn: (config: SuperConfig<T>, directory: string) => R | Promise<R>,
  options: TemporaryConfigOptions = {},
): Promise<R> {
  for (const [what, given] of Object.entries({ files, options })) {
    if (typeof given !== 'object' || given === null) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `the ${what} of \`temporaryConfig\` are an object`);
  }
  const { env = {}, profile = [], build = (builder) => sourcesOf(files, builder) } = options;
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'superconfig-test-')));
  try {
    for (const [name, content] of Object.entries(files)) write(directory, name, content);
    const builder = SuperConfig.builder({ cwd: directory, home: directory, env, argv: [] }).profile(profile);
    const config = (await build(builder).load()) as SuperConfig<T>;
    try {
      return await fn(config, directory);
    } finally {
      config.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function write(directory: string, name: string, content: string | object): void {
  const path = normalize(name);
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `the file \`${name}\` is not inside the folder`);
  }
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), typeof content === 'string' ? content : textOf(content, extname(path)));
}

function textOf(values: object, extension: string): string {
  const config = createTestConfig(values);
  try {
    return config.toString({ format: FORMATS[extension] ?? 'json', secrets: true });
  } finally {
    config.close();
  }
}

function sourcesOf(files: TemporaryFiles, builder: SuperConfigBuilder): SuperConfigBuilder {
  const names = Object.keys(files).map((name) => name.replace(/^\.\//, ''));
  if (names.some((name) => name.startsWith('config/'))) builder.dir('config');
  for (const name of names) {
    if (!name.startsWith('config/') && !isDotenv(name)) builder.file(name);
  }
  // Last: without a prefix, variables set what the layers below know.
  if (names.some(isDotenv)) builder.dotenv().env();
  return builder;
}

function isDotenv(name: string): boolean {
  return /^\.env(\.|$)/.test(name);
}
