// Reads what the loader of Windows does of a library, in files of 64 bits.
import { CRATES, crates, textAt } from './elf.mjs';

const MACHINES = { 34404: 'x64', 43620: 'arm64' };
const FLAG_LIBRARY = 0x2000;

export const isPe = (data) => data.readUInt16BE(0) === 0x4d5a;

/** What a library for Windows says of itself. */
export function readPe(data) {
  const header = data.readUInt32LE(0x3c) + 4;
  const optional = header + 20;
  const sections = Array.from({ length: data.readUInt16LE(header + 2) }, (_, index) => {
    const at = optional + data.readUInt16LE(header + 16) + index * 40;
    return { name: textAt(data, at), start: data.readUInt32LE(at + 12), size: data.readUInt32LE(at + 8), offset: data.readUInt32LE(at + 20) };
  });
  /** Where what is at an address in memory is in the file. */
  const offset = (address) => {
    const section = sections.find(({ start, size }) => address >= start && address < start + size);
    return section.offset + address - section.start;
  };
  const text = (address) => textAt(data, offset(address));
  const [exported, imported] = [0, 1].map((index) => data.readUInt32LE(optional + 112 + index * 8));

  const exports = [];
  if (exported !== 0) {
    const names = offset(data.readUInt32LE(offset(exported) + 32));
    for (let index = 0; index < data.readUInt32LE(offset(exported) + 24); index += 1) exports.push(text(data.readUInt32LE(names + index * 4)));
  }
  const libraries = [];
  for (let at = offset(imported); data.readUInt32LE(at + 12) !== 0; at += 20) libraries.push(text(data.readUInt32LE(at + 12)).toLowerCase());
  return {
    format: 'PE',
    arch: MACHINES[data.readUInt16LE(header)],
    isLibrary: (data.readUInt16LE(header + 18) & FLAG_LIBRARY) !== 0,
    exports: exports.sort(),
    imports: [],
    libraries: libraries.sort(),
    searched: [],
    // The table of symbols, which the loader does not need.
    isStripped: data.readUInt32LE(header + 12) === 0,
    crates: crates(
      data,
      sections.find(({ name }) => name.startsWith(CRATES)),
    ),
    windows: `${data.readUInt16LE(optional + 48)}.${data.readUInt16LE(optional + 50)}`,
  };
}
