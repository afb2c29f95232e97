// A package registry of its own on this machine, with nothing but what is published to it: what is installed from it is what was packed.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from '../programs.mjs';
import { fromNpm, run } from './tools.mjs';

/** A port that nobody has. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts the registry with a Node, and publishes tarballs to it.
 *
 * `install(project, names, flags)` installs packages from there into an empty folder; `close()` ends it and deletes what it kept.
 */
export async function startRegistry(node, tarballs) {
  const folder = mkdtempSync(join(tmpdir(), 'superconfig-registry-'));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  // No other registry behind it, and nobody to ask who may publish.
  const settings = {
    storage: './storage',
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all' } },
    max_body_size: '50mb',
    log: { type: 'stdout', level: 'error' },
  };
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(settings));
  // npm publishes nothing without a token, whatever it is.
  writeFileSync(join(folder, '.npmrc'), `registry=${address}\n//127.0.0.1:${port}/:_authToken=nobody\ncache=${join(folder, 'cache')}\n`);
  // One of its dependencies asks for a tag that mirrors do not keep.
  const program = join(fromNpm('verdaccio', '6.10.4', { 'node-fetch': '^2.7.0' }), 'bin/verdaccio');
  const child = spawn(node, [program, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const close = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let left = 600; ; left -= 1) {
      const isUp = await fetch(`${address}-/ping`).then(
        (response) => response.ok,
        () => false,
      );
      if (isUp) break;
      if (left === 0 || child.exitCode !== null) throw new Error('the local registry does not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const userconfig = ['--userconfig', join(folder, '.npmrc')];
    for (const tarball of tarballs) run(...npm(['publish', tarball, '--access', 'public', ...userconfig]), { cwd: folder });
    return {
      close,
      install(project, names, flags = []) {
        mkdirSync(project, { recursive: true });
        writeFileSync(join(project, 'package.json'), '{ "name": "smoke", "private": true }');
        run(...npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...userconfig, ...flags, ...names]), { cwd: project });
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
