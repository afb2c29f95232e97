// The part of the protocol buffers' wire format that etcd's messages use.

/** Appends fields to a message. Fields with their default value are left out, as proto3 does. */
export class MessageWriter {
  readonly #parts: Buffer[] = [];

  /** A 64-bit integer. */
  integer(field: number, value: bigint): this {
    if (value === 0n) return this;
    this.#parts.push(varint(BigInt(field << 3)), varint(BigInt.asUintN(64, value)));
    return this;
  }

  boolean(field: number, value: boolean): this {
    return this.integer(field, value ? 1n : 0n);
  }

  /** Bytes, a string as UTF-8, or a message. */
  bytes(field: number, value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    if (bytes.length === 0) return this;
    return this.message(field, bytes);
  }

  /** A message, which is there even if it is empty. */
  message(field: number, bytes: Uint8Array): this {
    this.#parts.push(varint(BigInt((field << 3) | 2)), varint(BigInt(bytes.length)), Buffer.from(bytes));
    return this;
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** The value of one field: an integer, or bytes. */
export type FieldValue = bigint | Buffer;

/** Calls back with each field of a message; fixed-width fields, which etcd's messages have none of, are passed over. @throws for what is no message. */
export function readMessage(bytes: Buffer, visit: (field: number, value: FieldValue) => void): void {
  let at = 0;
  const fail = (): never => {
    throw new Error(`a message is malformed at byte ${at} of ${bytes.length}`);
  };
  const readVarint = (): bigint => {
    // Numbers below 2^28 are nearly all, and much cheaper than big ones.
    let small = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return fail();
      small |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(small);
    }
    let value = BigInt(small);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return fail();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return fail();
  };
  const skip = (count: number) => {
    if (count > bytes.length - at) fail();
    at += count;
  };
  while (at < bytes.length) {
    const tag = readVarint();
    const field = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        visit(field, readVarint());
        break;
      case 1:
        skip(8);
        break;
      case 2: {
        const length = Number(readVarint());
        const start = at;
        skip(length);
        visit(field, bytes.subarray(start, at));
        break;
      }
      case 5:
        skip(4);
        break;
      default:
        fail();
    }
  }
}

/** A field that is bytes; empty for another kind. */
export function bytesOf(value: FieldValue): Buffer {
  return typeof value === 'bigint' ? Buffer.alloc(0) : value;
}

/** A field that is a signed integer. */
export function integerOf(value: FieldValue): bigint {
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : 0n;
}
