// The test of watching in a real directory: files are written, renamed and linked in a folder of its own, which is removed afterwards.
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { file, loadConfig, type SuperConfig, type WatchOptions } from '../../index.js';
import { type Finding, note, ok, problem } from './finding.js';

/** How long a change may take beyond the options of the watch. */
const PATIENCE_MS = 2_000;

/** What happens to configuration files: editors write or rename, Kubernetes swaps a link to a directory. */
const STEPS: readonly [name: string, change: (folder: string, round: number) => void][] = [
  ['write', (folder, round) => writeFileSync(join(folder, 'own.json'), `{"own":${round}}`)],
  [
    'rename',
    (folder, round) => {
      writeFileSync(join(folder, 'own.new'), `{"own":${round}}`);
      renameSync(join(folder, 'own.new'), join(folder, 'own.json'));
    },
  ],
  [
    'link swap',
    (folder, round) => {
      point(folder, round);
      renameSync(join(folder, 'current.new'), join(folder, 'current'));
    },
  ],
];

/** A link `current.new` to a new directory with a file. */
function point(folder: string, round: number): void {
  mkdirSync(join(folder, `v${round}`));
  writeFileSync(join(folder, `v${round}`, 'linked.json'), `{"linked":${round}}`);
  symlinkSync(process.platform === 'win32' ? join(folder, `v${round}`) : `v${round}`, join(folder, 'current.new'), 'junction');
}

/** Tests whether changes in a directory are noticed, with the options that the service watches with. */
export async function testWatching(directory: string, label: string, options: WatchOptions): Promise<Finding> {
  const subject = `watching ${label}`;
  let folder: string;
  try {
    folder = mkdtempSync(join(directory, '.superconfig-doctor-'));
  } catch (thrown) {
    return note(subject, `not tested: ${(thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : 'nothing can be written there'}`);
  }
  const clean = () => rmSync(folder, { recursive: true, force: true });
  const interrupted = () => {
    clean();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    const times = await measure(folder, options);
    const failed = times.filter(({ time }) => time === undefined).map(({ name }) => name);
    const text = times.map(({ name, time }) => `${name} ${time === undefined ? 'not noticed' : `${time} ms`}`).join(', ');
    if (failed.length === 0) return ok(subject, text);
    clean();
    folder = mkdtempSync(join(directory, '.superconfig-doctor-'));
    const polled = await measure(folder, { ...options, poll: 200 });
    const helps = polled.every(({ time }) => time !== undefined);
    return problem(subject, text, helps ? 'polling works here: set watch: { poll: 1000 }' : 'polling does not help either');
  } catch (thrown) {
    return problem(subject, `the test failed: ${(thrown as Error).message}`);
  } finally {
    process.off('SIGINT', interrupted);
    clean();
  }
}

/** How long each change took to be noticed, in milliseconds. */
async function measure(folder: string, options: WatchOptions): Promise<{ name: string; time: number | undefined }[]> {
  writeFileSync(join(folder, 'own.json'), '{"own":0}');
  point(folder, 0);
  renameSync(join(folder, 'current.new'), join(folder, 'current'));
  const sources = [file('own.json'), file('current/linked.json')];
  const config = await loadConfig({ cwd: folder, sources, watch: options });
  const stay = setInterval(() => {}, 1_000);
  try {
    const times: { name: string; time: number | undefined }[] = [];
    const patience = PATIENCE_MS + (options.maxWaitMs ?? 500) + 2 * (options.poll ?? 0);
    for (const [at, [name, change]] of STEPS.entries()) times.push({ name, time: await noticed(config, () => change(folder, at + 1), patience) });
    return times;
  } finally {
    clearInterval(stay);
    config.close();
  }
}

/** The milliseconds from a change to its event; nothing where none comes. */
async function noticed(config: SuperConfig, change: () => void, patience: number): Promise<number | undefined> {
  return new Promise((done) => {
    const start = performance.now();
    const end = (time: number | undefined) => {
      off();
      clearTimeout(late);
      done(time);
    };
    const off = config.on('change', () => end(Math.round(performance.now() - start)));
    const late = setTimeout(end, patience, undefined);
    change();
  });
}
