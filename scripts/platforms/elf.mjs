// Reads what the dynamic linker of Linux and FreeBSD does of a library, in files of 64 bits and least byte first.
import { inflateSync } from 'node:zlib';

const MACHINES = { 62: 'x64', 183: 'arm64', 243: 'riscv64' };
const [DYNAMIC_NEEDED, DYNAMIC_RUNPATH, DYNAMIC_RPATH, DYNAMIC_FLAGS_1] = [1n, 29n, 15n, 0x6ffffffbn];
const FLAG_NODELETE = 0x8n;
const SHARED_LIBRARY = 3;

export const isElf = (data) => data.readUInt32BE(0) === 0x7f454c46;

/** The NUL-terminated text at an offset. */
export const textAt = (data, offset) => data.toString('latin1', offset, data.indexOf(0, offset));

/** The sections by their names. */
function sections(data) {
  const [start, size, count, names] = [Number(data.readBigUInt64LE(0x28)), data.readUInt16LE(0x3a), data.readUInt16LE(0x3c), data.readUInt16LE(0x3e)];
  const headers = Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return { name: data.readUInt32LE(at), offset: Number(data.readBigUInt64LE(at + 24)), size: Number(data.readBigUInt64LE(at + 32)) };
  });
  return Object.fromEntries(headers.map((header) => [textAt(data, headers[names].offset + header.name), header]));
}

/** The names of the symbols of the dynamic table, of those that are here and those that are asked for. */
function symbols(data, { '.dynsym': table, '.dynstr': names }) {
  const exports = [];
  const imports = [];
  for (let at = table.offset + 24; at < table.offset + table.size; at += 24) {
    const name = textAt(data, names.offset + data.readUInt32LE(at));
    const isHidden = (data[at + 5] & 3) !== 0;
    if (data.readUInt16LE(at + 6) === 0) imports.push(name);
    else if (data[at + 4] >> 4 !== 0 && !isHidden) exports.push(name);
  }
  return { exports: exports.sort(), imports: imports.sort() };
}

/** The versions of symbols that are asked for, as `GLIBC_2.17`. */
function versions(data, { '.gnu.version_r': needed, '.dynstr': names }) {
  const found = [];
  for (let at = needed?.offset; at !== undefined; ) {
    for (let one = at + data.readUInt32LE(at + 8), left = data.readUInt16LE(at + 2); left > 0; left -= 1, one += data.readUInt32LE(one + 12)) {
      found.push(textAt(data, names.offset + data.readUInt32LE(one + 8)));
    }
    const next = data.readUInt32LE(at + 12);
    at = next === 0 ? undefined : at + next;
  }
  return found;
}

/** The highest of versions such as `GLIBC_2.17`, as `2.17`. */
function highestGlibc(versions) {
  const numbers = versions.filter((version) => version.startsWith('GLIBC_')).map((version) => version.slice(6));
  return numbers.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
}

/** The name of the section that holds the list of crates, on every system. */
export const CRATES = '.dep-v0';

/** The crates that cargo-auditable wrote into a section, where there is one. */
export function crates(data, section) {
  if (section === undefined) return undefined;
  return JSON.parse(inflateSync(data.subarray(section.offset, section.offset + section.size)).toString()).packages;
}

/** What an ELF library says of itself. */
export function readElf(data) {
  const found = sections(data);
  const { '.dynamic': dynamic, '.dynstr': names } = found;
  const [libraries, searched] = [[], []];
  let flags = 0n;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const [tag, value] = [data.readBigUInt64LE(at), data.readBigUInt64LE(at + 8)];
    if (tag === DYNAMIC_NEEDED) libraries.push(textAt(data, names.offset + Number(value)));
    if (tag === DYNAMIC_RUNPATH || tag === DYNAMIC_RPATH) searched.push(textAt(data, names.offset + Number(value)));
    if (tag === DYNAMIC_FLAGS_1) flags = value;
  }
  return {
    format: 'ELF',
    arch: MACHINES[data.readUInt16LE(18)],
    isLibrary: data.readUInt16LE(16) === SHARED_LIBRARY,
    ...symbols(data, found),
    libraries,
    searched,
    glibc: highestGlibc(versions(data, found)),
    isKept: (flags & FLAG_NODELETE) !== 0n,
    isStripped: found['.symtab'] === undefined,
    crates: crates(data, found[CRATES]),
  };
}
