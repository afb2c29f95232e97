// The examination of the installation: runtime, C library, addon, and copies of the package.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '../../index.js';
import { type Finding, note, ok, problem } from './finding.js';

/** The package that this command line is of. */
const OWN = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/** More directories than this are not searched for copies. */
const MOST_DIRECTORIES = 20_000;

/** Runtime, C library and addon. */
export function examineInstallation(): Finding[] {
  const { glibc, objects } = reported();
  const library = process.platform !== 'linux' ? '' : glibc === undefined ? ', musl' : `, glibc ${glibc}`;
  const system = `${process.platform} ${process.arch} ${release()}${library}`;
  const found = [ok('runtime', `Node ${process.versions.node} on ${system}`)];
  try {
    parse('{}', 'json');
    const loaded = reported().objects.find((path) => !objects.includes(path)) ?? objects[0];
    found.push(ok('addon', `superconfig ${versionOf(OWN)}${loaded === undefined ? '' : `, ${basename(loaded)}`}`));
  } catch (thrown) {
    const { message, hint } = thrown as Error & { hint?: string };
    found.push(problem('addon', message, hint));
  }
  return found;
}

/** The version of the C library, and the addons of this package that are loaded. */
function reported(): { glibc: string | undefined; objects: string[] } {
  const { report } = process as { report?: NodeJS.ProcessReport & { excludeNetwork?: boolean } };
  if (report === undefined) return { glibc: undefined, objects: [] };
  const before = report.excludeNetwork;
  // Looking up names of hosts can take seconds.
  report.excludeNetwork = true;
  try {
    const { header, sharedObjects = [] } = report.getReport() as { header: { glibcVersionRuntime?: string }; sharedObjects?: string[] };
    return { glibc: header.glibcVersionRuntime, objects: sharedObjects.filter((path) => /superconfig[^\\/]*\.node$/.test(path)) };
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}

/** Copies of the package in the tree of a program: each has an engine of its own. */
export function examineCopies(cwd: string): Finding[] {
  const copies = findCopies(cwd);
  const found: Finding[] = [];
  const listed = [...copies]
    .sort()
    .map((path) => `${path} (${versionOf(path)})`)
    .join(', ');
  if (copies.size > 1) {
    found.push(
      problem('copies', `the package is there ${copies.size} times: ${listed}`, 'each has its own named configurations: ask for one version, then npm dedupe'),
    );
  } else {
    found.push(ok('copies', copies.size === 1 ? 'the package is in the tree once' : 'the package is in no node_modules here'));
  }
  const own = resolvedFrom(cwd);
  if (own !== undefined && own !== realpathSync(OWN)) {
    found.push(
      note('copies', `programs here load ${own} (${versionOf(own)}), this command line is of ${OWN} (${versionOf(OWN)})`, 'run it with npx in the project'),
    );
  }
  return found;
}

function findCopies(cwd: string): Set<string> {
  const copies = new Set<string>();
  let count = 0;
  const search = (modules: string): void => {
    for (const name of entriesOf(modules)) {
      if (++count > MOST_DIRECTORIES) return;
      const path = join(modules, name);
      if (name === 'superconfig') {
        if (existsSync(join(path, 'package.json'))) copies.add(realpathSync(path));
      } else if (name === '.pnpm') {
        for (const entry of entriesOf(path).filter((entry) => entry.startsWith('superconfig@'))) search(join(path, entry, 'node_modules'));
      } else if (name.startsWith('@')) {
        for (const scoped of entriesOf(path)) search(join(path, scoped, 'node_modules'));
      }
      if (!name.startsWith('.') && !name.startsWith('@')) search(join(path, 'node_modules'));
    }
  };
  for (let directory = cwd, below = ''; directory !== below; below = directory, directory = dirname(directory)) search(join(directory, 'node_modules'));
  return copies;
}

/** The names of the directories and links in a directory; none where it cannot be read. */
function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function resolvedFrom(cwd: string): string | undefined {
  try {
    return realpathSync(dirname(createRequire(join(cwd, 'x.js')).resolve('superconfig/package.json')));
  } catch {
    return undefined;
  }
}

function versionOf(path: string): string {
  try {
    return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version;
  } catch {
    return 'of no version';
  }
}
