// Starts programs the same way on every system.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The packages whose programs have another name than they. */
const PACKAGES = { attw: '@arethetypeswrong/cli', biome: '@biomejs/biome', napi: '@napi-rs/cli', tsc: 'typescript' };

/**
 * A program of a development dependency, as `[command, arguments]` for `spawn`; quicker to start than by `npx`.
 *
 * @returns {[string, string[]]}
 */
export function tool(name, args = []) {
  if (process.platform !== 'win32') return [join(root, 'node_modules/.bin', name), args];
  // Windows starts no scripts: Node runs what is behind `name.cmd`.
  const folder = join(root, 'node_modules', PACKAGES[name] ?? name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [process.execPath, [join(folder, typeof bin === 'string' ? bin : bin[name]), ...args]];
}

/**
 * npm, as `[command, arguments]` for `spawn`.
 *
 * @returns {[string, string[]]}
 */
export function npm(args) {
  if (process.platform !== 'win32') return ['npm', args];
  const { npm_execpath: running = '' } = process.env;
  const own = join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js');
  return [process.execPath, [/npm-cli\.js$/.test(running) && existsSync(running) ? running : own, ...args]];
}
