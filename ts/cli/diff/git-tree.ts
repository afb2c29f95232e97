// A tree of git at one reference, written into a temporary directory.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../usage-error.js';

/** A part of a repository as it is at a reference. */
export class GitTree {
  /** The repository's root. */
  readonly root: string;
  readonly #ref: string;
  readonly #directory: string;

  /** @throws UsageError Where there is no git, no repository, or no such reference. */
  constructor(ref: string, cwd: string) {
    if (ref === '' || ref.startsWith('-')) throw new UsageError(`${JSON.stringify(ref)} is no reference of git`);
    this.#ref = ref;
    try {
      this.root = git(['rev-parse', '--show-toplevel'], cwd).trim();
      git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{tree}`], cwd);
    } catch (thrown) {
      throw new UsageError((thrown as NodeJS.ErrnoException).code === 'ENOENT' ? 'git is not installed' : `git knows no ${ref} here`);
    }
    // Where the system's own name of it stands, so that paths are found again below the root.
    this.#directory = realpathSync(mkdtempSync(join(tmpdir(), 'superconfig-diff-')));
  }

  /** Writes a file or directory of the working tree as it is at the reference. @throws UsageError Where it is not there. */
  write(path: string): void {
    const below = relative(this.root, realPath(path)).split(sep).join('/') || '.';
    if (below.startsWith('..')) throw new UsageError(`${path} is outside the repository`);
    const index = join(this.#directory, '.git-index');
    const env = { ...process.env, GIT_INDEX_FILE: index };
    git(['read-tree', this.#ref], this.root, { env });
    const listed = git(['ls-files', '-z', '--', `:(literal)${below}`], this.root, { env });
    if (listed === '') throw new UsageError(`${this.#ref} has no ${below}`);
    git(['checkout-index', '-q', '-z', '--stdin', `--prefix=${this.#directory}/`], this.root, { env, input: listed });
    rmSync(index, { force: true });
  }

  /** Copies those of some files that git ignores: they are the machine's, and the same at every reference. */
  copyIgnored(files: readonly string[]): void {
    const inside = files.map((file) => relative(this.root, realPath(file))).filter((file) => file !== '' && !file.startsWith('..'));
    if (inside.length === 0) return;
    let ignored: string[] = [];
    try {
      ignored = git(['check-ignore', '-z', '--stdin'], this.root, { input: inside.join('\0') }).split('\0');
    } catch {
      // It ends with 1 where none is ignored.
    }
    for (const file of ignored.filter((file) => file !== '' && existsSync(join(this.root, file)))) {
      mkdirSync(dirname(join(this.#directory, file)), { recursive: true });
      copyFileSync(join(this.root, file), join(this.#directory, file));
    }
  }

  /** The place of something in the working tree; what is outside the repository stays where it is. */
  placeOf(path: string): string {
    const below = relative(this.root, realPath(path));
    return below.startsWith('..') ? path : join(this.#directory, below);
  }

  /** Makes a directory, if it is not there. */
  makeDirectory(path: string): string {
    const place = this.placeOf(path);
    mkdirSync(place, { recursive: true });
    return place;
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function git(args: string[], cwd: string, options: { env?: NodeJS.ProcessEnv; input?: string } = {}): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'], ...options });
}

/** A path without links, also where its end is not there. */
function realPath(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(realPath(dirname(whole)), relative(dirname(whole), whole));
  }
}
