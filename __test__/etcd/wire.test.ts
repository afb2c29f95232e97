// The client of etcd against a server of HTTP/2 that says what no etcd says.
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Connection, MessageReader, OversizeError } from '../../ts/etcd/grpc.ts';
import { readRange, readWatch } from '../../ts/etcd/messages.ts';
import { MessageWriter } from '../../ts/etcd/protobuf.ts';
import { EtcdSession, endOfPrefix } from '../../ts/etcd/session.ts';
import { until } from '../support/watched.ts';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** Starts a server; gives its endpoint, and the sessions that it has. */
async function serve(onStream: (stream: ServerHttp2Stream, path: string) => void): Promise<{ endpoint: string; sessions: Set<ServerHttp2Session> }> {
  const server: Http2Server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    onStream(stream, String(headers[':path']));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ended.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sessions };
}

const times = { pingMs: 10_000, pongMs: 5_000 };
const never = new AbortController().signal;

async function connect(endpoint: string): Promise<Connection> {
  const connection = await Connection.open({ endpoint, ...times }, never);
  ended.push(() => connection.close());
  return connection;
}

/** A message with its five bytes. */
function framed(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Answers with messages, and the status of gRPC. */
function answer(stream: ServerHttp2Stream, bytes: Buffer, status = '0', message = ''): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status, 'grpc-message': message }));
  stream.end(bytes);
}

const header = (revision: bigint) => new MessageWriter().integer(1, 7n).integer(3, revision).finish();
const entry = (key: string, value: string, revision: bigint) => new MessageWriter().bytes(1, key).integer(3, revision).bytes(5, value).finish();
const range = (...entries: Buffer[]) => entries.reduce((writer, one) => writer.message(2, one), new MessageWriter().message(1, header(9n))).finish();

describe('messages', () => {
  test('split at each byte, and at each two, are the same messages', () => {
    const sent = [range(entry('/a', '1', 3n), entry('/b', 'é'.repeat(40), 4n)), Buffer.alloc(0), range(entry('/c', '', 5n))];
    const bytes = Buffer.concat(sent.map(framed));
    for (let first = 0; first <= bytes.length; first++) {
      for (const second of [first, Math.min(first + 1, bytes.length), bytes.length]) {
        const reader = new MessageReader();
        const found = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)].flatMap((piece) => reader.push(piece));
        expect(found).toEqual(sent);
      }
    }
    expect(readRange(sent[0] as Buffer).kvs.map(({ key, value, modRevision }) => [`${key}`, `${value}`, modRevision])).toEqual([
      ['/a', '1', 3n],
      ['/b', 'é'.repeat(40), 4n],
    ]);
  });

  test('that are none are errors, and take no memory', () => {
    expect(() => new MessageReader().push(Buffer.from([1, 0, 0, 0, 0]))).toThrow('compressed');
    expect(() => new MessageReader().push(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))).toThrow(OversizeError);
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const good = range(entry('/a', '1', 3n), entry('/b', '2', 4n));
    let read = 0;
    for (let round = 0; round < 4_000; round++) {
      const bytes = round % 2 === 0 ? Buffer.from(good) : Buffer.from(Array.from({ length: random(40) }, () => random(256)));
      for (let changes = random(4); changes > 0; changes--) if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
      for (const parse of [readRange, readWatch]) {
        try {
          parse(bytes.subarray(0, random(bytes.length + 1)));
          read += 1;
        } catch (error) {
          expect((error as Error).message).toMatch(/^a message is malformed at byte \d+ of \d+$/);
        }
      }
    }
    expect(read).toBeGreaterThan(500);
  });

  test('the end of a prefix is the first key after it', () => {
    expect(endOfPrefix(Buffer.from('/a'))).toEqual(Buffer.from('/b'));
    expect(endOfPrefix(Buffer.from([0x61, 0xff]))).toEqual(Buffer.from([0x62]));
    expect(endOfPrefix(Buffer.from([0xff, 0xff]))).toEqual(Buffer.from([0]));
    expect(endOfPrefix(Buffer.alloc(0))).toEqual(Buffer.from([0]));
  });
});

describe('a call', () => {
  test.each<[string, (stream: ServerHttp2Stream) => void, RegExp]>([
    ['status of gRPC', (stream) => answer(stream, Buffer.alloc(0), '7', 'permission%20denied'), /^permission denied$/],
    ['status of HTTP', (stream) => stream.respond({ ':status': 502 }, { endStream: true }), /HTTP status 502/],
    ['reset', (stream) => stream.close(2), /NGHTTP2_INTERNAL_ERROR|no answer/],
    ['answer that is cut off', (stream) => answer(stream, framed(Buffer.alloc(10)).subarray(0, 9)), /no answer/],
    ['answer that is none', (stream) => answer(stream, Buffer.from('<html>')), /compressed/],
    ['answer that is too large', (stream) => answer(stream, Buffer.from([0, 0x7f, 0, 0, 0])), /too large/],
    ['no answer', (stream) => answer(stream, Buffer.alloc(0)), /no answer/],
    ['huge header', (stream) => stream.respond({ ':status': 200, 'x-filler': 'x'.repeat(300_000) }, { endStream: true }), /./],
    ['end of the connection', (stream) => stream.session?.goaway(0), /ends the connection/],
  ])('with a %s fails, and says why', async (_, onStream, reason) => {
    const { endpoint, sessions } = await serve(onStream);
    const connection = await connect(endpoint);
    const failed = connection.call('/x', Buffer.alloc(0), {}, never);
    await expect(Promise.race([failed, sleep(5_000, 'it hangs')])).rejects.toThrow(reason);
    connection.close();
    await until(() => sessions.size === 0, 'closing');
  });

  test('ends when it is aborted', async () => {
    const { endpoint } = await serve(() => {});
    const connection = await connect(endpoint);
    const abort = new AbortController();
    const failed = connection.call('/x', Buffer.alloc(0), {}, abort.signal);
    abort.abort(new Error('enough'));
    await expect(failed).rejects.toThrow('enough');
  });
});

test.each([
  ['silent', (socket: Socket) => void socket],
  ['of HTTP/1', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['of noise', (socket: Socket) => void socket.write(Buffer.alloc(100_000, 0x7f))],
])('a server that is %s is no server', async (_, talk) => {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.resume();
    talk(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(Connection.open({ endpoint, ...times }, AbortSignal.timeout(1_000))).rejects.toThrow();
  await until(() => open.size === 0, 'closing');
  server.close();
});

describe('a session', () => {
  const options = { start: '/', isOneKey: false, auth: undefined, maxWatchMs: 3_600_000, pageKeys: 1_000 };

  test('asks for smaller pages where one would be too large', async () => {
    let asked = 0;
    const { endpoint } = await serve((stream) => {
      asked += 1;
      answer(stream, asked < 3 ? Buffer.from([0, 0x7f, 0, 0, 0]) : framed(range(entry('/a', '1', 3n))));
    });
    const session = new EtcdSession(await connect(endpoint), options);
    expect(await session.list(never)).toEqual({ revision: 9n, store: '7', entries: [{ key: '/a', value: '1', revision: 3n }] });
    expect(asked).toBe(3);
  });

  test('takes no list that does not end, or that begins again', async () => {
    const big = 'x'.repeat(1 << 22);
    let asked = 0;
    const more = (bytes: Buffer) => Buffer.concat([bytes, new MessageWriter().boolean(3, true).finish()]);
    const { endpoint } = await serve((stream) => {
      asked += 1;
      answer(stream, framed(more(range(entry(`/${String(asked).padStart(4, '0')}`, big, 3n)))));
    });
    const session = new EtcdSession(await connect(endpoint), options);
    await expect(session.list(never)).rejects.toThrow('the store holds more than 67108864 characters');
    expect(asked).toBe(16);
    const again = await serve((stream) => answer(stream, framed(more(range(entry('/a', '1', 3n))))));
    await expect(new EtcdSession(await connect(again.endpoint), options).list(never)).rejects.toThrow('the server lists keys again');
  });

  test('ends a watch that nobody confirms, and one that the server ends', async () => {
    const { endpoint } = await serve((stream) => answer(stream, Buffer.alloc(0)));
    const session = new EtcdSession(await connect(endpoint), options);
    await expect(session.watch(1n, () => {}, never)).rejects.toThrow('the server ended the watch');
  });
});
