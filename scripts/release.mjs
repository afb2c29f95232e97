// Prepares a release, and tries out what is to be published.
// usage: npm run release -- prepare X.Y.Z [--dry-run] [--all]   writes the version everywhere and the changelog's section, then checks
//        npm run release -- check [--all]                       packs everything, publishes it to a registry of its own, and looks at it
// `--all` takes the packages of all platforms, without it that of this one. A dry run puts the files back as they were.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { requireAuditable } from './auditable.mjs';
import { inspect } from './platforms/inspect.mjs';
import { addonFile, hostName, names, PLATFORMS, root } from './platforms/platforms.mjs';
import { startRegistry } from './platforms/registry.mjs';
import { node } from './platforms/runtimes.mjs';
import { linked, writeBill } from './sbom.mjs';
import { differences, places, version, write } from './versions.mjs';
import { interpreter, virtualEnvironment } from './virtual-environment.mjs';

const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(alpha|beta|rc)\.\d+)?$/;
const CHANGELOG = 'CHANGELOG.md';

function stop(sentence) {
  process.stderr.write(`superconfig: ${sentence}\n`);
  process.exit(1);
}

const say = (what) => process.stdout.write(`release: ${what}\n`);
const path = (file) => join(root, file);
const read = (file) => readFileSync(path(file), 'utf8');

function run(command, args, options = {}) {
  const { status, stdout, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
  if (status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed${error === undefined ? '; its output is above' : `: ${error.message}`}`);
  return stdout ?? '';
}

/** The changelog with what is unreleased under the heading of a version. @throws `Error` where that is there already, or nothing is. */
function released(text, next, date) {
  if (new RegExp(`^## ${next.replaceAll('.', '\\.')}( |$)`, 'm').test(text)) throw new Error(`${CHANGELOG} has a section of ${next} already`);
  const [, before, body, after] = /^(.*\n## Unreleased\n)(.*?)((?:\n## .*)?)$/s.exec(text) ?? [];
  if (body === undefined || body.trim() === '') throw new Error(`${CHANGELOG} says nothing under "Unreleased"`);
  return `${before}\nNothing yet.\n\n## ${next} (${date})\n${body}${after}`;
}

/** The tarballs, wheels and addons that `npm run package` makes, made where they are not. */
function pack(isAll) {
  requireAuditable();
  run(process.execPath, ['scripts/package.mjs', ...(isAll ? ['--all'] : [])]);
  const folder = path(isAll ? 'target/platforms/packages' : 'target/packages');
  const found = readdirSync(folder).sort();
  const of = (ending) => found.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  return { folder, tarballs: of('.tgz'), wheels: of('.whl') };
}

/** Publishes the tarballs to a registry of this machine, and loads the package from there as users do. */
async function tryNpm(tarballs) {
  const wanted = version();
  const registry = await startRegistry(node('24'), tarballs);
  const project = mkdtempSync(join(tmpdir(), 'superconfig-release-'));
  try {
    registry.install(project, [`superconfig@${wanted}`]);
    const program = `
      import { SuperConfig } from 'superconfig';
      import { createRequire } from 'node:module';
      const { version } = createRequire(import.meta.url)('superconfig/package.json');
      console.log(version, SuperConfig.builder().defaults({ a: 1 }).loadSync().get('a'));`;
    const said = run(process.execPath, ['--input-type=module', '--eval', program], { cwd: project }).trim();
    if (said !== `${wanted} 1`) throw new Error(`the published package says ${said}`);
    return `${tarballs.length} packages of ${wanted} published to a local registry, installed from there and loaded`;
  } finally {
    registry.close();
    rmSync(project, { recursive: true, force: true });
  }
}

/** Compares the crates that an addon names with those that the bill of materials has for it. */
function compareCrates(name, file) {
  const { crates } = inspect(file);
  if (crates === undefined) throw new Error(`the addon for ${name} does not list its crates: it was built without cargo-auditable`);
  const said = new Set(crates.filter(({ kind }) => kind !== 'build').map((crate) => `${crate.name} ${crate.version}`));
  const expected = linked('superconfig-napi', PLATFORMS[name].target).map(({ crate }) => `${crate.name} ${crate.version}`);
  const missing = expected.filter((crate) => !said.has(crate));
  if (missing.length > 0) throw new Error(`the addon for ${name} does not list ${missing.join(', ')}`);
  return `the addon for ${name} lists ${crates.length} crates, among them all ${expected.length} of the bill of materials`;
}

/** Everything that is published, tried out here as far as it can be without publishing it. */
async function check({ isAll, isDirty }) {
  const wrong = differences();
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  const { GITHUB_REF_TYPE, GITHUB_REF_NAME } = process.env;
  if (GITHUB_REF_TYPE === 'tag' && GITHUB_REF_NAME !== `v${version()}`) throw new Error(`the tag is ${GITHUB_REF_NAME}, the version ${version()}`);
  say(`${places.length} files say ${version()}`);

  const { folder, tarballs, wheels } = pack(isAll);
  const count = isAll ? names.length : 1;
  if (tarballs.length !== count + 1) throw new Error(`there are ${tarballs.length} tarballs, not ${count + 1}`);
  say(await tryNpm(tarballs));

  for (const name of isAll ? names : [hostName()]) {
    const file = isAll ? path(`target/platforms/addons/${addonFile(name)}`) : path(`npm/${name}/${addonFile(name)}`);
    say(compareCrates(name, file));
  }
  const bill = join(folder, 'superconfig.cdx.json');
  const { all, cargo, npm, pypi } = writeBill(bill);
  say(`${relative(root, bill)}: ${all} components (${cargo} crates, ${npm} packages of npm, ${pypi} of PyPI), valid by the schema of CycloneDX 1.6`);

  const python = interpreter();
  if (python === undefined || wheels.length !== count) throw new Error(`there are ${wheels.length} wheels, not ${count}`);
  run(virtualEnvironment(python, 'twine', ['twine==7.0.0']), ['-m', 'twine', 'check', '--strict', ...wheels]);
  say(`twine finds nothing wrong with ${count === 1 ? 'the wheel' : `${count} wheels`}`);

  run('cargo', ['publish', '--dry-run', '--locked', '--package', 'superconfig', ...(isDirty ? ['--allow-dirty'] : [])]);
  say('the crate is packed and compiles from what is packed');
}

async function prepare(next, { isAll, isDry }) {
  if (!VERSION.test(next ?? '')) stop('a version is X.Y.Z, or X.Y.Z-rc.N: npm run release -- prepare 1.2.3');
  const isClean = run('git', ['status', '--porcelain', '--untracked-files=no']).trim() === '';
  if (!isClean && !isDry) stop('there are changes that are not committed; a release is prepared from a commit.');
  const originals = new Map([...places, CHANGELOG].map((file) => [file, read(file)]));
  const written = new Map();
  // What somebody has changed meanwhile is theirs.
  const restore = () => {
    for (const [file, text] of written) {
      if (read(file) === text) writeFileSync(path(file), originals.get(file));
      else process.stderr.write(`superconfig: ${file} was changed meanwhile, and is not put back\n`);
    }
  };
  const interrupted = () => {
    restore();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  let isKept = false;
  try {
    const log = released(originals.get(CHANGELOG), next, new Date().toISOString().slice(0, 10));
    write(next);
    writeFileSync(path(CHANGELOG), log);
    for (const file of originals.keys()) written.set(file, read(file));
    say(`${CHANGELOG} has a section of ${next}`);
    process.stdout.write(run('git', ['diff', '--stat']));
    await check({ isAll, isDirty: true });
    isKept = !isDry;
  } finally {
    if (!isKept) restore();
  }
  if (isDry) say(`dry run of ${next} passed; all files are as they were`);
  else
    say(
      `${next} is prepared. Read the diff, then:\n  git commit --all --message 'chore: release ${next}'\n  git tag v${next}\n  git push --atomic origin main v${next}`,
    );
}

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false }, 'dry-run': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [command, next] = positionals;
try {
  if (command === 'prepare') await prepare(next, { isAll: values.all, isDry: values['dry-run'] });
  else if (command === 'check') await check({ isAll: values.all, isDirty: false });
  else stop('usage: npm run release -- prepare X.Y.Z [--dry-run] [--all], or check [--all]');
} catch (error) {
  stop(error.message);
}
