// Calls of gRPC over one HTTP/2 connection: one answer, or a stream of them.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';

/** A call that failed, with the status as gRPC numbers it. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message === '' ? `gRPC status ${code}` : message);
    this.code = code;
  }
}

export const INVALID_ARGUMENT = 3;
export const FAILED_PRECONDITION = 9;
export const OUT_OF_RANGE = 11;
export const UNAUTHENTICATED = 16;

/** The largest message that is taken, in bytes. What etcd sends by itself stays near its limit for a request, 1.5 MiB; pages have many values. */
const MAX_MESSAGE_BYTES = 64 << 20;

/** A message with more bytes than are taken. */
export class OversizeError extends Error {
  override readonly name = 'OversizeError';
}

/** Takes a stream of bytes apart into messages, each of which has five bytes before it. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** The bytes that the next message, or its length, needs. */
  #needed = 5;
  #isBody = false;

  /** Adds bytes, and returns the messages that are whole now. @throws for what is no message that can be taken. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: Buffer[] = [];
    while (this.#bytes >= this.#needed) {
      const bytes = this.#take(this.#needed);
      if (this.#isBody) {
        messages.push(bytes);
        this.#needed = 5;
        this.#isBody = false;
        continue;
      }
      if (bytes[0] !== 0) throw new Error('a message is compressed, or the server does not speak gRPC');
      this.#needed = bytes.readUInt32BE(1);
      if (this.#needed > MAX_MESSAGE_BYTES) throw new OversizeError(`a message of ${this.#needed} bytes is too large`);
      this.#isBody = true;
    }
    return messages;
  }

  #take(count: number): Buffer {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = all.length > count ? [all.subarray(count)] : [];
    this.#bytes -= count;
    return all.subarray(0, count);
  }
}

/** How long making a connection may take. */
export const CONNECT_MS = 5_000;
/** How long a call with one answer may take; a server without a majority gives up after seven seconds. */
const CALL_MS = 30_000;

/** The options of a connection. */
export interface ConnectionOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly endpoint: string;
  readonly tls?: TlsOptions | undefined;
  /** A ping is sent after each of these times, and has to be answered within the other; milliseconds. */
  readonly pingMs: number;
  readonly pongMs: number;
  /** Called when a ping was answered. */
  readonly onPong?: () => void;
}

/** A connection to one server. Keeps no process alive. */
export class Connection {
  readonly #session: ClientHttp2Session;
  readonly #pinging: NodeJS.Timeout;
  /** How many pieces of data have come. */
  #pieces = 0;
  readonly #waiting = new Set<NodeJS.Timeout>();
  #failure: Error | undefined;

  private constructor(session: ClientHttp2Session, socket: Socket, { pingMs, pongMs, onPong }: ConnectionOptions) {
    this.#session = session;
    const fail = (error: Error) => this.#fail(error);
    const closed = () => fail(new Error('the connection was closed'));
    // What TLS 1.3 refuses after its handshake, a certificate for example, only the socket tells.
    for (const part of [session, socket]) part.on('error', fail).on('close', closed);
    session.on('goaway', (code) => fail(new Error(`the server ends the connection, with the code ${code}`)));
    this.#pinging = setInterval(() => this.#ping(pongMs, onPong), pingMs);
    this.#pinging.unref();
  }

  /** Connects. A server that does not speak HTTP/2, or does not answer, fails in time. */
  static open(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = openSocket(options);
      const session = connect(options.endpoint, {
        createConnection: () => socket,
        settings: { enablePush: false, initialWindowSize: 1 << 20, maxHeaderListSize: 64 << 10 },
      });
      const fail = (error: Error) => {
        stop();
        session.destroy();
        socket.destroy();
        reject(error);
      };
      const aborted = () => fail(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      const closed = () => fail(new Error('the connection was closed'));
      const timer = setTimeout(() => fail(new Error(`no connection within ${CONNECT_MS} ms`)), CONNECT_MS);
      timer.unref();
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        for (const part of [session, socket]) part.removeListener('error', fail).removeListener('close', closed);
      };
      // What is destroyed may still tell of an error.
      for (const part of [session, socket])
        part
          .on('error', fail)
          .on('close', closed)
          .on('error', () => {});
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) return aborted();
      // Only a peer that speaks HTTP/2 sends settings.
      session.once('remoteSettings', () => {
        stop();
        session.setLocalWindowSize(4 << 20);
        resolve(new Connection(session, socket, options));
      });
    });
  }

  /** One answer. @throws a {@link GrpcError}, or that of the connection. */
  async call(path: string, request: Buffer, metadata: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Buffer> {
    let answer: Buffer | undefined;
    const ending = new AbortController();
    const abort = () => ending.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const timer = setTimeout(() => ending.abort(new Error(`no answer within ${CALL_MS} ms`)), CALL_MS);
    timer.unref();
    const take = (message: Buffer) => {
      answer = message;
    };
    await this.stream(path, request, metadata, ending.signal, take).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    });
    if (answer === undefined) throw new Error('the server gave no answer');
    return answer;
  }

  /** A stream of answers, which `take` gets in order; settles when it has ended. What `take` throws ends it. */
  stream(
    path: string,
    request: Buffer,
    metadata: Readonly<Record<string, string>>,
    signal: AbortSignal,
    take: (message: Buffer) => void,
    isOpen = false,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      if (signal.aborted) return reject(signal.reason);
      let stream: ClientHttp2Stream;
      try {
        stream = this.#session.request({
          ':method': 'POST',
          ':path': path,
          te: 'trailers',
          'content-type': 'application/grpc',
          'user-agent': 'superconfig',
          ...metadata,
        });
      } catch (error) {
        return reject(error);
      }
      let failure: Error | undefined;
      const reader = new MessageReader();
      const end = (error: Error) => {
        failure ??= error;
        stream.close(constants.NGHTTP2_CANCEL);
      };
      const aborted = () => end(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal.addEventListener('abort', aborted, { once: true });
      const inspect = (headers: Record<string, unknown>) => {
        const status = headers['grpc-status'];
        if (status !== undefined && status !== '0') failure ??= new GrpcError(Number(status), messageOf(headers['grpc-message']));
      };
      stream.on('response', (headers) => {
        if (headers[':status'] !== 200) end(new Error(`the server answered with the HTTP status ${headers[':status']}`));
        inspect(headers);
      });
      stream.on('trailers', inspect);
      stream.on('data', (chunk: Buffer) => {
        this.#pieces += 1;
        if (failure !== undefined) return;
        try {
          for (const message of reader.push(chunk)) take(message);
        } catch (error) {
          end(error as Error);
        }
      });
      stream.on('error', (error) => {
        failure ??= error;
      });
      stream.on('close', () => {
        signal.removeEventListener('abort', aborted);
        const error = failure ?? this.#failure;
        if (error === undefined) resolve();
        else reject(error);
      });
      const frame = Buffer.alloc(5 + request.length);
      frame.writeUInt32BE(request.length, 1);
      request.copy(frame, 5);
      if (isOpen) stream.write(frame);
      else stream.end(frame);
    });
  }

  close(): void {
    this.#fail(new Error('closed'));
  }

  #ping(pongMs: number, onPong: (() => void) | undefined): void {
    if (this.#session.destroyed) return;
    let isAnswered = false;
    const pieces = this.#pieces;
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      // Where this thread was busy the answer may be there and not read yet, or behind data that is.
      setImmediate(() => {
        setImmediate(() => {
          if (!isAnswered && this.#pieces === pieces) this.#fail(new Error(`no answer to a ping within ${pongMs} ms`));
        });
      });
    }, pongMs);
    timer.unref();
    this.#waiting.add(timer);
    this.#session.ping((error) => {
      isAnswered = true;
      clearTimeout(timer);
      this.#waiting.delete(timer);
      if (error == null) onPong?.();
      else this.#fail(error);
    });
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearInterval(this.#pinging);
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    this.#session.destroy();
  }
}

/** Begins to connect; keeps no process alive. */
function openSocket({ endpoint, tls }: ConnectionOptions): Socket {
  const { protocol, hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'https:';
  const address = { host, port: Number(port) || (isSecure ? 443 : 80), noDelay: true };
  const socket = isSecure ? connectTls({ ...address, ...(isIP(host) === 0 && { servername: host }), ...tls, ALPNProtocols: ['h2'] }) : connectTcp(address);
  socket.unref();
  return socket;
}

/** The text of `grpc-message`, which is percent-encoded. */
function messageOf(text: unknown): string {
  try {
    return decodeURIComponent(String(text ?? ''));
  } catch {
    return String(text);
  }
}
