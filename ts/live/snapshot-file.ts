// The snapshot of a store in a file, for starts while the store is down.
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SuperConfigError } from '../index.js';
import { messageOf } from './follower.js';
import type { Entry } from './mirror.js';

/**
 * A snapshot of what was in use last, for starts while no server answers.
 *
 * @example
 * ```ts
 * import type { SnapshotOptions } from 'superconfig/live';
 *
 * const snapshot: SnapshotOptions = { path: '/var/lib/shop/config.snapshot', maxAgeMs: 7 * 86_400_000 };
 * ```
 */
export interface SnapshotOptions {
  /** The file; it and a directory that has to be made are for their owner alone. */
  path: string;
  /** The most time since it was confirmed, in milliseconds; unlimited by default. */
  maxAgeMs?: number;
  /** Whether secrets, by the names of their keys, are written too; `omit` by default. */
  secrets?: 'omit' | 'keep';
  /** Encrypts the text before it is written. */
  seal?: (text: string) => Uint8Array;
  /** Decrypts what `seal` gave. */
  open?: (sealed: Uint8Array) => string;
}

/** The content of a snapshot. */
export interface Snapshot {
  readonly revision: bigint;
  readonly entries: readonly Entry[];
}

/** Larger files are none. */
const MAX_BYTES = 256 << 20;

/** Checks the options. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkSnapshot({ path, maxAgeMs, secrets = 'omit', seal, open: unseal }: SnapshotOptions): void {
  const fail = (problem: string) => {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`snapshot\` ${problem}`);
  };
  if (typeof path !== 'string' || path === '') fail('has a `path`');
  if (maxAgeMs !== undefined && !(typeof maxAgeMs === 'number' && maxAgeMs > 0)) fail('has a `maxAgeMs` above 0');
  if (secrets !== 'omit' && secrets !== 'keep') fail("has `secrets` of 'omit' or 'keep'");
  if (typeof seal !== typeof unseal || (seal !== undefined && typeof seal !== 'function')) fail('has functions `seal` and `open`, or neither');
}

/**
 * Reads a snapshot; nothing where there is no file.
 *
 * @throws where it is not to be used: it is torn, too old or of another source, or others could have written it.
 */
export function readSnapshot({ path, maxAgeMs = Number.POSITIVE_INFINITY, open: unseal }: SnapshotOptions, source: string): Snapshot | undefined {
  const bytes = readTrusted(resolve(path));
  if (bytes === undefined) return undefined;
  const text = unseal === undefined ? bytes.toString() : unseal(bytes);
  const end = text.indexOf('\n');
  const payload = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== digestOf(payload)) throw new Error('it is torn, or was changed');
  const { name, at, revision, entries } = JSON.parse(payload) as { name: string; at: number; revision: string; entries: [string, string, string][] };
  if (name !== source) throw new Error(`it is of the source \`${name}\``);
  const age = Date.now() - at;
  // Nobody can say how old that is.
  if (maxAgeMs < Number.POSITIVE_INFINITY && !(age >= 0)) throw new Error('it is of a time to come');
  if (age > maxAgeMs) throw new Error(`it is ${Math.round(age / 1000)} s old, and may be ${Math.round(maxAgeMs / 1000)}`);
  return { revision: BigInt(revision), entries: entries.map(([key, value, own]) => ({ key, value, revision: BigInt(own) })) };
}

/** How old an unfinished file is that nobody finishes any more, in milliseconds. */
const ABANDONED_MS = 60_000;

/** Deletes what processes left that were killed while they wrote. */
async function removeAbandoned(target: string): Promise<void> {
  const directory = dirname(target);
  const prefix = `${basename(target)}.`;
  for (const name of await readdir(directory)) {
    if (!name.startsWith(prefix) || !/^[\da-f-]{36}\.new$/.test(name.slice(prefix.length))) continue;
    const path = join(directory, name);
    // Another process may have renamed it meanwhile.
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** Writes a snapshot: whole or not at all, and for its owner alone. */
export async function writeSnapshot({ path, seal }: SnapshotOptions, source: string, { revision, entries }: Snapshot): Promise<void> {
  const rows = entries.map(({ key, value, revision: own }) => [key, value, String(own)]);
  const payload = JSON.stringify({ name: source, at: Date.now(), revision: String(revision), entries: rows });
  const text = `${digestOf(payload)}\n${payload}`;
  const target = resolve(path);
  const made = await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(dirname(target), 0o700);
  await removeAbandoned(target);
  const temporary = `${target}.${randomUUID()}.new`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(seal === undefined ? text : seal(text));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    await syncDirectory(dirname(target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Brings the name of a file to the disk, where the system can do that. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  // Windows opens no directory, and some file systems sync none.
  await directory?.sync().catch(() => {});
  await directory?.close();
}

/** A file that only its owner could have written: this user, or root. */
function readTrusted(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`it cannot be opened: ${messageOf(error)}`);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('it is no file');
    if (stats.size > MAX_BYTES) throw new Error('it is too large');
    checkOwner(stats, 'it');
    checkOwner(statSync(dirname(path)), 'its directory');
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function checkOwner({ uid, mode }: Stats, what: string): void {
  // Windows has neither.
  const own = process.geteuid?.();
  if (own === undefined) return;
  if (uid !== own && uid !== 0) throw new Error(`${what} is owned by another user`);
  if ((mode & 0o022) !== 0) throw new Error(`others can write ${what === 'it' ? 'it' : 'to its directory'}`);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
