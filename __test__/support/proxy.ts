// A TCP proxy in this process, whose connections can be cut, delayed, or made to swallow what passes.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What passes on is whole: a connection of which bytes have vanished loses all that come after them, too. `hole`: bytes vanish both ways; `deaf`: those to the server; `mute`: those from it; `refuse`: no connection is taken. */
export type ProxyMode = 'pass' | 'hole' | 'deaf' | 'mute' | 'refuse';

export class FaultProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #target: number;
  mode: ProxyMode = 'pass';
  /** How long each piece of bytes is held back, in milliseconds. */
  delayMs = 0;
  /** How many bytes are passed on at once; 0 for all. */
  pieceBytes = 0;
  /** How many connections there were. */
  connections = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open(target: number): Promise<FaultProxy> {
    const server = createServer();
    const proxy = new FaultProxy(server, target);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Later connections go there. */
  pointTo(target: number): void {
    this.#target = target;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Sends bytes to all clients that no server has sent. */
  insert(bytes: Buffer): void {
    for (const [client] of this.#pairs) client.write(bytes);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((closed) => this.#server.close(closed));
  }

  #accept(client: Socket): void {
    this.connections += 1;
    if (this.mode === 'refuse') {
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) {
      socket.on('error', end);
      socket.on('close', end);
      socket.setNoDelay(true);
    }
    client.on('data', this.#passTo(server, 'deaf'));
    server.on('data', this.#passTo(client, 'mute'));
  }

  #passTo(to: Socket, swallowedBy: ProxyMode): (bytes: Buffer) => void {
    let hasLost = false;
    return (bytes) => {
      hasLost ||= this.mode === 'hole' || this.mode === swallowedBy;
      if (hasLost) return;
      const send = () => {
        if (to.destroyed) return;
        const size = this.pieceBytes || bytes.length;
        for (let at = 0; at < bytes.length; at += size) to.write(bytes.subarray(at, at + size));
      };
      if (this.delayMs === 0) send();
      else setTimeout(send, this.delayMs);
    };
  }
}
