// Reads what the dynamic linker of macOS does of a library, in files of 64 bits and least byte first.
import { createHash } from 'node:crypto';
import { CRATES, crates, textAt } from './elf.mjs';

const MACHINES = { 16777223: 'x64', 16777228: 'arm64' };
const DYNAMIC_LIBRARY = 6;
const COMMAND = { segment: 0x19, symbols: 0x2, library: 0xc, id: 0xd, signature: 0x1d, build: 0x32, weakLibrary: 0x80000018, searched: 0x8000001c };
const [SIGNATURE, DIRECTORY] = [0xfade0cc0, 0xfade0c02];
const FLAG_AD_HOC = 0x2;
/** The library of a symbol that any library, or the program itself, may have. */
const ANY_LIBRARY = 0xfe;

export const isMachO = (data) => data.readUInt32LE(0) === 0xfeedfacf;

/** A version as the linker packs it: `11.0`. */
const version = (packed) => `${packed >>> 16}.${(packed >>> 8) & 0xff}`;

/** The symbols that others can take, those that are asked for, with the library each is expected in, and whether there are no more. */
function symbols(data, at, libraries) {
  const [table, count, names] = [8, 12, 16].map((offset) => data.readUInt32LE(at + offset));
  const [exports, imports] = [[], []];
  let isStripped = true;
  for (let entry = table; entry < table + count * 16; entry += 16) {
    const type = data[entry + 4];
    // Of a debugger, of this file alone, or hidden.
    if ((type & 0xe0) !== 0 || (type & 1) === 0 || (type & 0x10) !== 0) {
      isStripped = false;
      continue;
    }
    const name = textAt(data, names + data.readUInt32LE(entry));
    if ((type & 0x0e) !== 0) exports.push(name);
    else {
      const ordinal = data.readUInt16LE(entry + 6) >> 8;
      imports.push({ name, library: ordinal === ANY_LIBRARY ? undefined : libraries[ordinal - 1] });
    }
  }
  return { exports: exports.sort(), imports, isStripped };
}

/** Whether there is a signature, whether nobody in particular gave it, and whether the file is what was signed. */
function signature(data, at) {
  const blob = data.readUInt32LE(at + 8);
  if (data.readUInt32BE(blob) !== SIGNATURE) return undefined;
  for (let index = 0; index < data.readUInt32BE(blob + 8); index += 1) {
    const directory = blob + data.readUInt32BE(blob + 12 + index * 8 + 4);
    if (data.readUInt32BE(directory) !== DIRECTORY) continue;
    const [flags, hashes, , , count, limit] = [12, 16, 20, 24, 28, 32].map((offset) => data.readUInt32BE(directory + offset));
    const [size, page] = [data[directory + 36], 2 ** data[directory + 39]];
    const isIntact = Array.from({ length: count }, (_, slot) => {
      const hash = createHash('sha256').update(data.subarray(slot * page, Math.min((slot + 1) * page, limit)));
      return hash.digest().equals(data.subarray(directory + hashes + slot * size, directory + hashes + (slot + 1) * size));
    }).every(Boolean);
    return { isAdHoc: (flags & FLAG_AD_HOC) !== 0, isIntact };
  }
  return undefined;
}

/** Where a section of a segment is, by its name. */
function section(data, segment, name) {
  for (let at = segment + 72, left = data.readUInt32LE(segment + 64); left > 0; left -= 1, at += 80) {
    if (textAt(data, at) === name) return { offset: data.readUInt32LE(at + 48), size: Number(data.readBigUInt64LE(at + 40)) };
  }
  return undefined;
}

/** What a Mach-O library says of itself. */
export function readMachO(data) {
  const found = { libraries: [], searched: [], symbols: 0 };
  for (let at = 32, left = data.readUInt32LE(16); left > 0; left -= 1, at += data.readUInt32LE(at + 4)) {
    const text = () => textAt(data, at + data.readUInt32LE(at + 8));
    switch (data.readUInt32LE(at)) {
      case COMMAND.segment:
        found.crates ??= crates(data, section(data, at, CRATES));
        break;
      case COMMAND.symbols:
        found.symbols = at;
        break;
      case COMMAND.library:
      case COMMAND.weakLibrary:
        found.libraries.push(text());
        break;
      case COMMAND.id:
        found.id = text();
        break;
      case COMMAND.searched:
        found.searched.push(text());
        break;
      case COMMAND.build:
        found.macos = version(data.readUInt32LE(at + 12));
        break;
      case COMMAND.signature:
        found.signature = signature(data, at);
        break;
    }
  }
  return {
    format: 'Mach-O',
    arch: MACHINES[data.readUInt32LE(4)],
    isLibrary: data.readUInt32LE(12) === DYNAMIC_LIBRARY,
    ...found,
    ...symbols(data, found.symbols, found.libraries),
  };
}
