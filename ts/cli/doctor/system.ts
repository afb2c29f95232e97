// The examination of the system: mounts, limits of notifications, permissions.
import { accessSync, constants, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LayerUse, Watching } from '../../index.js';
import { type Finding, note, ok, problem } from './finding.js';

/** File systems that tell nothing of what other machines change. */
const REMOTE = /^(nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|virtiofs|vboxsf|vmhgfs|drvfs|fuse\..*|fuse|fuseblk|sshfs)$/;

/** From this part of a limit on, the next program may fail. */
const NEARLY_ALL = 0.9;

/** The kind of file system that each directory is on; nothing where the system does not say. */
export function examineMounts(directories: ReadonlyMap<string, string>, watching: readonly Watching[], isPolling: boolean): Finding[] {
  const mounts = mountsOf();
  return [...directories].flatMap(([directory, label]): Finding[] => {
    const kind = kindOf(directory, mounts);
    const polled = watching.find(({ path, mode }) => mode === 'polling' && (path === directory || dirname(path) === directory));
    const found: Finding[] = [];
    if (kind !== undefined && REMOTE.test(kind) && !isPolling) {
      found.push(problem(`mount of ${label}`, `${kind}: what other machines change there is not told of`, 'set watch: { poll: 1000 }'));
    } else if (kind !== undefined) {
      found.push(ok(`mount of ${label}`, kind));
    }
    if (polled !== undefined && !isPolling) found.push(note(`watching ${label}`, `it is polled: ${polled.reason ?? 'the system tells nothing of it'}`));
    return found;
  });
}

/** Mount points with their kinds, the longest first. */
function mountsOf(): [point: string, kind: string][] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(Boolean);
    const mounts = lines.map((line): [string, string] => {
      const [before = '', after = ''] = line.split(' - ');
      const point = (before.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
      return [point, after.split(' ')[0] ?? ''];
    });
    // Of two at one point the later one is seen.
    return mounts.reverse().sort(([a], [b]) => b.length - a.length);
  } catch {
    return [];
  }
}

function kindOf(directory: string, mounts: readonly [string, string][]): string | undefined {
  let path: string;
  try {
    path = realpathSync(directory);
  } catch {
    return undefined;
  }
  return mounts.find(([point]) => path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`))?.[1];
}

/** The limits of inotify, and how much of them this user's programs take. */
export function examineInotify(): Finding[] {
  if (process.platform !== 'linux') return [];
  const limit = (name: string) => Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'));
  try {
    const [instances, watches] = [limit('max_user_instances'), limit('max_user_watches')];
    const used = usedByUser();
    const text = `${used.instances} of ${instances} instances, ${used.watches} of ${watches} watches of this user`;
    const isShort = used.instances >= instances * NEARLY_ALL || used.watches >= watches * NEARLY_ALL;
    const hint = 'raise fs.inotify.max_user_instances and fs.inotify.max_user_watches with sysctl';
    return [isShort ? problem('inotify', text, hint) : ok('inotify', text)];
  } catch {
    return [note('inotify', 'the system does not say its limits')];
  }
}

function usedByUser(): { instances: number; watches: number } {
  const used = { instances: 0, watches: 0 };
  const own = process.getuid?.();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${id}`).uid !== own) continue;
      for (const descriptor of readdirSync(`/proc/${id}/fd`)) {
        if (readlinkSync(`/proc/${id}/fd/${descriptor}`) !== 'anon_inode:inotify') continue;
        used.instances++;
        used.watches += readFileSync(`/proc/${id}/fdinfo/${descriptor}`, 'utf8').match(/^inotify /gm)?.length ?? 0;
      }
    } catch {
      // It has ended, or is nobody's business.
    }
  }
  return used;
}

/** Whether files can be read, and by whom written; `secret` are those that secrets come from. */
export function examinePermissions(files: readonly LayerUse[], resolve: (file: string) => string, secret: ReadonlySet<string>): Finding[] {
  const found: Finding[] = [];
  let count = 0;
  for (const { file, status, concern } of files) {
    if (file === undefined || status !== 'found') continue;
    count++;
    const path = resolve(file);
    if (!isReadable(path)) found.push(problem(`permissions of ${file}`, 'this user cannot read it'));
    if (concern !== undefined) found.push(problem(`permissions of ${file}`, concern, 'chmod go-w'));
    else if (secret.has(file) && isOpen(path)) found.push(note(`permissions of ${file}`, 'it has secrets, and every user can read it', 'chmod o-r'));
  }
  return found.length > 0 ? found : [ok('permissions', `${count} ${count === 1 ? 'file' : 'files'}`)];
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether users of no group of it can read a file. */
function isOpen(path: string): boolean {
  try {
    return process.platform !== 'win32' && (statSync(path).mode & 0o004) !== 0;
  } catch {
    return false;
  }
}
