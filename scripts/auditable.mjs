// Cargo that writes the list of crates into what it links, for `cargo audit bin` and the like.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './platforms/platforms.mjs';

export const VERSION = '0.7.7';
const installed = join(root, 'target/tools/cargo-auditable');

/** The program: of `target/tools/`, where a release puts it, or else of the machine. */
function program() {
  const own = join(installed, 'bin/cargo-auditable');
  if (existsSync(own)) return own;
  return spawnSync('cargo-auditable', ['auditable', '--version']).error === undefined ? 'cargo-auditable' : undefined;
}

/** Compiles cargo-auditable for this project where it is not there; releases are not built without it. */
export function requireAuditable() {
  if (program() !== undefined) return;
  const args = ['install', '--locked', '--root', installed, '--version', VERSION, 'cargo-auditable'];
  if (spawnSync('cargo', args, { stdio: ['ignore', 2, 2] }).status !== 0) throw new Error(`\`cargo ${args.join(' ')}\` failed`);
}

/**
 * The variable by which napi, cargo-zigbuild and maturin call it in place of cargo, and nothing where it is not installed.
 *
 * They call one program, so a script of one line stands for `cargo auditable`. Windows has none of that: its packages are built on Linux.
 */
export function auditable(cargo = 'cargo') {
  const found = process.platform === 'win32' ? undefined : program();
  if (found === undefined) return {};
  const script = join(root, 'target/tools', `auditable-${cargo.replaceAll('/', '-')}`);
  mkdirSync(join(root, 'target/tools'), { recursive: true });
  writeFileSync(script, `#!/bin/sh\nCARGO=${cargo} exec ${found.replaceAll(/[^\w./-]/g, '\\$&')} auditable "$@"\n`);
  chmodSync(script, 0o755);
  return { CARGO: script };
}
