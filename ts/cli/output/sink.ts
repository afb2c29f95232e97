// The output of a command: a stream whose reader may go away, or a file that appears whole.
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** A standard stream. Once its reader is closed it takes everything and writes nothing. */
export class Sink {
  readonly stream: NodeJS.WriteStream;
  #isClosed = false;
  /** Called when the reader goes away. */
  onClose: (() => void) | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#isClosed = true;
      this.onClose?.();
    });
  }

  write(text: string): void {
    if (!this.#isClosed && text !== '') this.stream.write(text);
  }

  /** Writes a text that ends with a line end, whether it has one or not. */
  line(text: string): void {
    this.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Resolves when everything is written, or cannot be. */
  flush(): Promise<void> {
    return new Promise((done) => {
      if (this.#isClosed) done();
      else this.stream.write('', () => done());
    });
  }
}

/**
 * Writes a file beside its place and puts it there at once: nobody reads half of it. It keeps the permissions of the file that it
 * replaces; one with secrets only its owner can read. A link stays a link, and a device or pipe is written to.
 */
export function writeWhole(path: string, text: string, isSecret = false): void {
  const before = statSync(path, { throwIfNoEntry: false });
  if (before !== undefined && !before.isFile()) {
    writeFileSync(path, text);
    return;
  }
  const target = before === undefined ? path : realpathSync(path);
  const beside = `${target}.${process.pid}.tmp`;
  try {
    // Of one of the same number that was killed, as happens in containers.
    rmSync(beside, { force: true });
    const mode = isSecret ? 0o600 : before === undefined ? 0o666 : before.mode & 0o777;
    writeFileSync(beside, text, { flag: 'wx', mode });
    if (before !== undefined) chmodSync(beside, mode);
    renameSync(beside, target);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw thrown;
  }
}
