import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach } from 'vitest';

/** A directory that exists from when it is first used. */
export class TemporaryDirectory {
  readonly #parent: string;
  #path: string | undefined;

  constructor(parent = tmpdir()) {
    this.#parent = parent;
  }

  get path(): string {
    // By its real name: that of macOS is behind a link, that of Windows may be a short one, and programs say where they really are.
    this.#path ??= mkdtempSync(join(realpathSync.native(this.#parent), 'superconfig-'));
    return this.#path;
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Writes a file, and makes the directories above it; gives the name. */
  readonly write = (name: string, text: string): string => {
    const path = this.at(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return name;
  };

  remove(): void {
    // Windows deletes nothing that a program which has just ended still holds.
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true, maxRetries: 10 });
    this.#path = undefined;
  }
}

/** A directory of its own for each test of a file. */
export function temporaryDirectory(): TemporaryDirectory {
  const directory = new TemporaryDirectory();
  afterEach(() => directory.remove());
  return directory;
}

/** One directory for all tests of a file. */
export function sharedDirectory(parent?: string): TemporaryDirectory {
  const directory = new TemporaryDirectory(parent);
  // Thousands of small files take their time on a busy machine.
  afterAll(() => directory.remove(), 60_000);
  return directory;
}
