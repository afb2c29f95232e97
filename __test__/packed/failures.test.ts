// The packed product where a machine denies it something: descriptors, memory, disk, a home, `/proc`, the right to run code, the time to
// end. A program lives on, says what is wrong and where, and shows no secret.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { npm } from '../../scripts/programs.mjs';
import { sharedDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const project = sharedDirectory();
const SECRET = 'hunter2-of-the-test';
/** A namespace of mounts, of the user's own where this is not root. */
const NAMESPACE = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
const canMount = process.platform === 'linux' && spawnSync('unshare', [...NAMESPACE, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

/** Loads, listens and reloads in both ways; `steps` is code in between. */
const program = (steps = '', source = "file('config/default.toml')") => `
  const { SuperConfig } = require('superconfig');
  const fs = require('node:fs');
  const say = (what, error) => console.log(what, error?.code ?? '', error?.message ?? '', error?.hint ?? '');
  const attempt = (what, action) => { try { action(); say(what); } catch (error) { say(what + ' failed', error); } };
  (async () => {
    const config = SuperConfig.builder({ cwd: process.env.APP_DIRECTORY || process.cwd() }).${source}.dotenv().loadSync();
    config.on('error', (error) => say('heard', error));
    ${steps}
    await config.reload();
    say('port ' + config.get('server.port') + ' ' + JSON.stringify(config) + ' ' + (fs.existsSync('/proc/self') || process.platform !== 'linux' ? process.memoryUsage.rss() : 0));
    config.close();
  })().catch((error) => say('refused', error));
`;

/** Runs a program after commands of a shell; gives what it printed. */
function run(code: string, { before = '', mounts = false, env = process.env }: { before?: string; mounts?: boolean; env?: NodeJS.ProcessEnv } = {}) {
  // Without its files: a shell without a home finds those of nobody.
  const shell = ['bash', '--norc', '-c', `set -e; ${before}\nexec "$0" program.cjs`, process.execPath];
  const [command, ...args] = (mounts ? ['unshare', ...NAMESPACE, ...shell] : shell) as [string, ...string[]];
  project.write('program.cjs', code);
  const { status, stdout, stderr, signal } = spawnSync(command, args, { cwd: project.path, encoding: 'utf8', env, timeout: 30_000 });
  expect(stdout + stderr).not.toContain(SECRET);
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout;
}

beforeAll(() => {
  const pack = [join(root, 'scripts/package.mjs'), '--no-build'];
  const packed = execFileSync(process.execPath, pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const tarballs = packed.trim().split('\n');
  project.write('package.json', '{ "name": "app", "private": true }');
  execFileSync(...npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs.map((tarball) => join(root, tarball))]), {
    cwd: project.path,
    stdio: 'ignore',
  });
  // Others than the owner have to be able to read it.
  chmodSync(project.path, 0o755);
}, 120_000);

beforeEach(() => {
  project.write('config/default.toml', '[server]\nport = 8080\n');
  project.write('.env', `DB_PASSWORD=${SECRET}\n`);
});

describe.skipIf(process.platform === 'win32')('limits of a shell', () => {
  test('32 descriptors are enough; where all are taken, a reload is refused, and the values stay', () => {
    const said = run(
      program(`
        const taken = [];
        // What is loaded when it is first asked for is loaded.
        config.reloadSync();
        try { for (;;) taken.push(fs.openSync('package.json')); } catch {}
        fs.writeSync(1, taken.length > 0 ? 'taken\\n' : 'none\\n');
        attempt('reload', () => config.reloadSync());
        say('still ' + config.get('server.port'));
        taken.forEach((one) => fs.closeSync(one));
        attempt('again', () => config.reloadSync());`),
      { before: 'ulimit -n 32' },
    );
    expect(said).toMatch(/^taken\nheard ERR_SUPERCONFIG_IO .*(config\/default\.toml|\.env).*Too many open files/m);
    expect(said).toMatch(/^reload failed ERR_SUPERCONFIG_IO .*Too many open files.*\nstill 8080 .*\nagain .*\nport 8080 /m);
  });

  test('where no descriptor is left for notifications, files are watched by polling', () => {
    const said = run(
      program(`
        const taken = [];
        config.reloadSync();
        const other = () => SuperConfig.builder().file('config/default.toml').watch().loadSync();
        try { for (;;) taken.push(fs.openSync('package.json')); } catch {}
        // For the file that is read, and for nothing else.
        taken.splice(-1).forEach((one) => fs.closeSync(one));
        attempt('watch', () => { const watched = other(); say('by ' + watched.status.watching[0].mode); watched.close(); });
        taken.forEach((one) => fs.closeSync(one));`),
      { before: 'ulimit -n 48' },
    );
    expect(said).toMatch(/^by polling|^watch failed ERR_SUPERCONFIG_(IO|WATCH) /m);
    expect(said).toMatch(/^port 8080 /m);
  });

  test.skipIf(process.platform !== 'linux')('with the memory that Node takes and little more it loads, and says what has no place', () => {
    const bare = "console.log(/VmPeak:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1])";
    const kilobytes = Number(run(bare));
    const said = run(program("attempt('watch', () => SuperConfig.builder().file('config/default.toml').watch().loadSync().close());"), {
      before: `ulimit -v ${kilobytes + 160_000}`,
    });
    expect(said).toMatch(/^watch (failed ERR_SUPERCONFIG_WATCH .*thread)?/m);
    expect(said).toMatch(/^port 8080 /m);
  });
});

describe.skipIf(!canMount)('another file system', () => {
  const disk = (options: string) => `mkdir -p disk; mount -t tmpfs -o ${options} none disk; cp -r config .env disk/`;
  const env = { ...process.env, APP_DIRECTORY: 'disk' };
  const cli = '"$0" node_modules/superconfig/ts/dist/cli/main.js convert config/default.toml --to json --out disk/out.json';

  test('that is read-only takes nothing away, and the command line says that it cannot write', () => {
    const said = run(program("attempt('reload', () => config.reloadSync());"), {
      before: `${disk('size=1m')}; mount -o remount,ro disk; ! ${cli} 2>&1`,
      mounts: true,
      env,
    });
    expect(said).toMatch(/^error disk\/out\.json: .*read-only file system/m);
    expect(said).toMatch(/^reload .*\nport 8080 /m);
  });

  test('that is full takes nothing away, and keeps no half of a file', () => {
    const said = run(program("attempt('reload', () => config.reloadSync()); console.log(fs.readdirSync('disk').sort().join());"), {
      before: `${disk('size=64k')}; dd if=/dev/zero of=disk/rest bs=1k count=100 status=none 2>&1 | cat > /dev/null; ! ${cli} 2>&1`,
      mounts: true,
      env,
    });
    expect(said).toMatch(/^error disk\/out\.json: .*no space left on device/m);
    expect(said).toMatch(/^reload .*\n\.env,config,rest\nport 8080 /m);
  });

  test('from which nothing runs: the error says so, and what to do', () => {
    const before = 'cp -r node_modules/@superconfig copy; mount -t tmpfs -o noexec none node_modules/@superconfig; cp -r copy/. node_modules/@superconfig/';
    const said = run(program(), { before, mounts: true });
    expect(said).toMatch(/^refused ERR_SUPERCONFIG_LOAD_NATIVE the addon \/.*\.node does not load: .*`noexec`.*SUPERCONFIG_ADDON/m);
    // What it says helps.
    const [, addon] = /the addon (\S+)/.exec(said) as unknown as [string, string];
    const file = addon.slice(addon.lastIndexOf('@superconfig/') + '@superconfig/'.length);
    expect(run(program(), { before: `rm -rf copy; ${before}`, mounts: true, env: { ...process.env, SUPERCONFIG_ADDON: project.at('copy', file) } })).toMatch(
      /^port 8080 /m,
    );
  });

  test('in place of /proc takes nothing away', () => {
    expect(run(program("attempt('reload', () => config.reloadSync());"), { before: 'mount -t tmpfs none /proc', mounts: true })).toMatch(
      /^reload .*\nport 8080 /m,
    );
  });
});

test.skipIf(process.platform === 'win32')('no home, no user and no variable: discovery and `.env` files work', () => {
  // A user without a name is for root to become.
  const nobody = process.getuid?.() === 0 && process.platform === 'linux' ? 'exec setpriv --reuid 54321 --clear-groups "$0" program.cjs' : '';
  project.write('app.config.toml', '[server]\nport = 8080\n');
  expect(run(program('', "discover('app')"), { before: nobody, env: { PATH: process.env.PATH } })).toMatch(/^port 8080 /m);
});

test('a thousand configurations at once load, follow their files and leave nothing behind', () => {
  mkdirSync(project.at('many'), { recursive: true });
  for (let at = 0; at < 1000; at += 1) writeFileSync(project.at('many', `${at}.toml`), `value = ${at}\n`);
  const said = run(
    program(`
      const { registry } = require('superconfig');
      const before = registry.stats().totalHandles;
      const open = (at) => SuperConfig.builder().file('many/' + at + '.toml').watch({ debounceMs: 5 }).load();
      const many = await Promise.all(Array.from({ length: 1000 }, (_, at) => open(at)));
      many.forEach((one) => one.on('error', (error) => say('heard', error)));
      say('sum ' + many.reduce((sum, one) => sum + one.get('value'), 0));
      for (let at = 0; at < 1000; at += 1) fs.writeFileSync('many/' + at + '.toml', 'value = ' + (at + 1) + '\\n');
      const end = Date.now() + 20000;
      const sum = () => many.reduce((sum, one) => sum + (one.get('value', 0)), 0);
      while (sum() !== 500500 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
      say('then ' + sum());
      many.forEach((one) => one.close());
      say('left ' + (registry.stats().totalHandles - before));`),
  );
  expect(said).toMatch(/^sum 499500 .*\nthen 500500 .*\nleft 0 /m);
  const [, bytes] = /^port 8080 .* (\d+) /m.exec(said) as unknown as [string, string];
  expect(Number(bytes)).toBeLessThan(400e6);
});

test.skipIf(process.platform === 'win32')('killed in the middle of reloads and of writing, it leaves no file and no half of one', async () => {
  mkdirSync(project.at('tmp'), { recursive: true });
  const rows = Array.from({ length: 5000 }, (_, at) => `key${at} = "value ${at}"`);
  project.write('config/large.toml', `${rows.join('\n')}\n`);
  project.write('reloads.cjs', program("console.log('ready'); for (;;) config.reloadSync();", "file('config/large.toml')"));
  const env = { ...process.env, TMPDIR: project.at('tmp') };
  const before = readdirSync(project.path, { recursive: true }).length;
  const killed = (args: string[], isReady: boolean, afterMs: number) =>
    new Promise<NodeJS.Signals | null>((resolve) => {
      const child = spawn(process.execPath, args, { cwd: project.path, env, stdio: ['ignore', 'pipe', 'ignore'] });
      const end = () => setTimeout(() => child.kill('SIGKILL'), afterMs);
      if (isReady) child.stdout.once('data', end);
      else end();
      child.once('close', (_, signal) => resolve(signal));
    });
  for (let at = 0; at < 8; at += 1) expect(await killed(['reloads.cjs'], true, at * 3)).toBe('SIGKILL');
  expect(readdirSync(project.path, { recursive: true })).toHaveLength(before);

  const cli = ['node_modules/superconfig/ts/dist/cli/main.js', 'convert', 'config/large.toml', '--to', 'json', '--out', 'tmp/out.json'];
  for (let at = 0; at < 8; at += 1) {
    await killed(cli, false, 60 + at * 25);
    if (existsSync(project.at('tmp/out.json'))) expect(Object.keys(JSON.parse(readFileSync(project.at('tmp/out.json'), 'utf8')))).toHaveLength(5000);
  }
  execFileSync(process.execPath, cli, { cwd: project.path, env });
  expect(Object.keys(JSON.parse(readFileSync(project.at('tmp/out.json'), 'utf8')))).toHaveLength(5000);
});
