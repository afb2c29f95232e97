// The inputs that a fuzz target starts from, kept in one file for each target so that searches and lists of files stay clean:
// each input after its length, a number of 32 bits, the lowest byte first. `src/fuzzing/corpus_test.rs` reads the same files.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes the inputs of a packed file into a directory, each named by its content, as libFuzzer does. */
export function unpack(file, directory) {
  mkdirSync(directory, { recursive: true });
  if (!existsSync(file)) return;
  const packed = readFileSync(file);
  for (let at = 0; at < packed.length; ) {
    const input = packed.subarray(at + 4, at + 4 + packed.readUInt32LE(at));
    writeFileSync(join(directory, createHash('sha1').update(input).digest('hex')), input);
    at += 4 + input.length;
  }
}

/** Packs the inputs of a directory, the shortest first. */
export function pack(directory, file) {
  const inputs = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
  inputs.sort((one, other) => one.length - other.length || Buffer.compare(one, other));
  const length = (input) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(input.length);
    return bytes;
  };
  writeFileSync(file, Buffer.concat(inputs.flatMap((input) => [length(input), input])));
}
