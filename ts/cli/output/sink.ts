// The output of a command: a stream whose reader may go away, or a file that appears whole.
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** A standard stream. Once its reader is gone it takes everything and writes nothing. */
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

/** Writes a file beside its place and puts it there at once: nobody reads half of it. One with secrets only its owner can read. */
export function writeWhole(path: string, text: string, isSecret = false): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text.endsWith('\n') ? text : `${text}\n`, { flag: 'wx', ...(isSecret && { mode: 0o600 }) });
    renameSync(beside, path);
  } catch (thrown) {
    rmSync(beside, { force: true });
    throw thrown;
  }
}
