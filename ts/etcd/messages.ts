// etcd's messages, as far as reading and watching keys needs them. Stable since etcd 3.0.
import { bytesOf, integerOf, MessageWriter, readMessage } from './protobuf.js';

/** The header of every answer. */
export interface Header {
  clusterId: bigint;
  revision: bigint;
}

export interface KeyValue {
  key: Buffer;
  value: Buffer;
  modRevision: bigint;
}

export interface RangeResponse {
  header: Header;
  kvs: KeyValue[];
  more: boolean;
}

export interface WatchEvent {
  isDelete: boolean;
  kv: KeyValue;
}

export interface WatchResponse {
  header: Header;
  isCreated: boolean;
  isCanceled: boolean;
  /** The oldest revision that is kept, where the requested one is not any more. */
  compactRevision: bigint;
  cancelReason: string;
  /** The rest of the same events follows. */
  isFragment: boolean;
  events: WatchEvent[];
}

/** All keys from one to before another, at a revision; the newest for 0. */
export function rangeRequest(key: Buffer, rangeEnd: Buffer, limit: bigint, revision: bigint): Buffer {
  return new MessageWriter().bytes(1, key).bytes(2, rangeEnd).integer(3, limit).integer(4, revision).finish();
}

/** Watches keys from a revision on, with notices of progress, large answers in fragments. */
export function watchRequest(key: Buffer, rangeEnd: Buffer, startRevision: bigint): Buffer {
  const create = new MessageWriter().bytes(1, key).bytes(2, rangeEnd).integer(3, startRevision).boolean(4, true).boolean(8, true);
  return new MessageWriter().message(1, create.finish()).finish();
}

export function authenticateRequest(user: string, password: string): Buffer {
  return new MessageWriter().bytes(1, user).bytes(2, password).finish();
}

/** The token of an answer to {@link authenticateRequest}. */
export function readToken(bytes: Buffer): string {
  let token = '';
  readMessage(bytes, (field, value) => {
    if (field === 2) token = bytesOf(value).toString();
  });
  return token;
}

function readHeader(bytes: Buffer): Header {
  const header: Header = { clusterId: 0n, revision: 0n };
  readMessage(bytes, (field, value) => {
    if (field === 1) header.clusterId = integerOf(value);
    if (field === 3) header.revision = integerOf(value);
  });
  return header;
}

function readKeyValue(bytes: Buffer): KeyValue {
  const kv: KeyValue = { key: Buffer.alloc(0), value: Buffer.alloc(0), modRevision: 0n };
  readMessage(bytes, (field, value) => {
    if (field === 1) kv.key = bytesOf(value);
    if (field === 3) kv.modRevision = integerOf(value);
    if (field === 5) kv.value = bytesOf(value);
  });
  return kv;
}

export function readRange(bytes: Buffer): RangeResponse {
  const response: RangeResponse = { header: { clusterId: 0n, revision: 0n }, kvs: [], more: false };
  readMessage(bytes, (field, value) => {
    if (field === 1) response.header = readHeader(bytesOf(value));
    if (field === 2) response.kvs.push(readKeyValue(bytesOf(value)));
    if (field === 3) response.more = integerOf(value) !== 0n;
  });
  return response;
}

function readEvent(bytes: Buffer): WatchEvent {
  const event: WatchEvent = { isDelete: false, kv: readKeyValue(Buffer.alloc(0)) };
  readMessage(bytes, (field, value) => {
    if (field === 1) event.isDelete = integerOf(value) === 1n;
    if (field === 2) event.kv = readKeyValue(bytesOf(value));
  });
  return event;
}

export function readWatch(bytes: Buffer): WatchResponse {
  const response: WatchResponse = {
    header: { clusterId: 0n, revision: 0n },
    isCreated: false,
    isCanceled: false,
    compactRevision: 0n,
    cancelReason: '',
    isFragment: false,
    events: [],
  };
  readMessage(bytes, (field, value) => {
    if (field === 1) response.header = readHeader(bytesOf(value));
    if (field === 3) response.isCreated = integerOf(value) !== 0n;
    if (field === 4) response.isCanceled = integerOf(value) !== 0n;
    if (field === 5) response.compactRevision = integerOf(value);
    if (field === 6) response.cancelReason = bytesOf(value).toString();
    if (field === 7) response.isFragment = integerOf(value) !== 0n;
    if (field === 11) response.events.push(readEvent(bytesOf(value)));
  });
  return response;
}
