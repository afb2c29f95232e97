// The recipes of docs/live-recipes.md, as they stand there, against small servers that speak the protocols.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { type CustomSource, SuperConfig } from '../../ts/index.ts';
import { blocks } from '../docs/markdown.ts';
import { rejected } from '../support/errors.ts';
import { Followed } from '../support/followed.ts';
import { sharedDirectory } from '../support/temporary.ts';
import { warnings } from '../support/warnings.ts';
import { until } from '../support/watched.ts';

const root = join(import.meta.dirname, '../..');
const directory = sharedDirectory(join(root, 'target'));

/** The function that a block of the document exports. */
async function recipe(name: string): Promise<(options: object) => CustomSource> {
  const block = blocks('docs/live-recipes.md').find(({ code }) => code.includes(`export function ${name}(`));
  if (block === undefined) throw new Error(`there is no recipe ${name}`);
  const from = (folder: string) => `from ${JSON.stringify(join(root, 'ts', folder, 'index.ts'))}`;
  const code = block.code.replace("from 'superconfig/live'", from('live')).replace("from 'superconfig'", from(''));
  directory.write(`${name}.ts`, code);
  const module = (await import(pathToFileURL(directory.at(`${name}.ts`)).href)) as Record<string, (options: object) => CustomSource>;
  return module[name] as (options: object) => CustomSource;
}

const servers = new Set<HttpServer>();
afterEach(async () => {
  for (const server of servers) await server.stop();
  servers.clear();
});

/** A server that can go away and come back on its port. */
abstract class HttpServer {
  #server: Server | undefined;
  #port = 0;
  token = 'sesame';
  readonly #waiting = new Set<() => void>();

  abstract answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> | void;

  async start(): Promise<this> {
    servers.add(this);
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost');
      void this.answer(request, url, response);
    });
    this.#server = server;
    await new Promise<void>((listening) => server.listen(this.#port, '127.0.0.1', listening));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.changed();
    this.#server?.closeAllConnections();
    await new Promise((closed) => (this.#server === undefined ? closed(0) : this.#server.close(closed)));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Wakes all that wait. */
  changed(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Until something has changed, or the time is over. */
  waitFor(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#waiting.add(() => {
        clearTimeout(timer);
        done();
      });
    });
  }
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

const TIMES = { startMs: 5_000, staleAfterMs: 400, retryMs: [10, 50] as const, emptyAfterMs: 100 };

describe('Consul', () => {
  class ConsulServer extends HttpServer {
    readonly values = new Map<string, { value: string; index: number }>();
    index = 10;

    put(key: string, value: string | undefined): void {
      this.index += 1;
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, { value, index: this.index });
      this.changed();
    }

    async answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
      if (request.headers['x-consul-token'] !== this.token) return json(response, 403, 'Permission denied');
      const start = decodeURI(url.pathname.slice('/v1/kv/'.length));
      if (Number(url.searchParams.get('index') ?? 0) === this.index) await this.waitFor(Number.parseFloat(url.searchParams.get('wait') ?? '0') * 1_000);
      const isBelow = url.searchParams.has('recurse');
      const found = [...this.values].filter(([key]) => (isBelow ? key.startsWith(start) : key === start));
      const body = found.map(([Key, { value, index }]) => ({ Key, Value: Buffer.from(value).toString('base64'), ModifyIndex: index }));
      json(response, body.length === 0 ? 404 : 200, body, { 'x-consul-index': String(this.index) });
    }
  }

  test('keys are read, explained and followed, through an outage and a store that was restored', async () => {
    const consul = await recipe('consul');
    const server = await new ConsulServer().start();
    server.put('shop/server/port', '8080');
    server.put('other', '1');
    const options = { endpoints: [server.url], prefix: 'shop/', token: server.token, waitSeconds: 0.3, ...TIMES };
    const followed = await Followed.load(consul(options));
    const { config } = followed;
    expect(config.current).toEqual({ server: { port: 8080 } });
    expect(config.explain('server.port').winner).toMatchObject({ name: 'consul:shop/', key: 'shop/server/port', revision: '11' });
    server.put('shop/server/port', '8081');
    server.put('shop/é', 'x');
    await until(() => config.get('server.port', 0) === 8081 && config.has('é'));

    await server.stop();
    await until(() => followed.states.includes('stale'));
    expect(config.get('server.port')).toBe(8081);
    server.put('shop/é', undefined);
    await server.start();
    await until(() => !config.has('é') && followed.states.includes('live'));
    expect([followed.states, followed.errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);

    const told = await warnings(async () => {
      server.index = 3;
      server.put('shop/server/port', '1');
      await until(() => config.get('server.port', 0) === 1);
    });
    expect(told).toEqual(['the source `consul:shop/`: its store was restored or made anew; everything was read again']);
    server.put('shop/server/port', undefined);
    await until(() => !config.has('server'));

    const error = await rejected(
      SuperConfig.builder()
        .source(consul({ ...options, token: 'wrong', startMs: 200 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('Consul answers 403')]);
  });
});

describe('the Kubernetes API', () => {
  class ApiServer extends HttpServer {
    version = 100;
    oldest = 0;
    data: Record<string, string> | undefined = {};
    readonly #events: { version: number; event: object }[] = [];
    tokens: string[] = [];

    apply(data: Record<string, string> | undefined): void {
      this.version += 1;
      this.data = data;
      const type = data === undefined ? 'DELETED' : 'MODIFIED';
      this.#events.push({ version: this.version, event: { type, object: this.#object } });
      this.changed();
    }

    get #object() {
      return { metadata: { uid: 'u', resourceVersion: String(this.version) }, ...(this.data && { data: this.data }) };
    }

    async answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
      this.tokens.push(request.headers.authorization ?? '');
      expect(url.pathname).toMatch(/^\/api\/v1\/namespaces\/shop\/(configmaps|secrets)$/);
      expect(url.searchParams.get('fieldSelector')).toBe('metadata.name=app');
      if (!url.searchParams.has('watch')) {
        return json(response, 200, { metadata: { resourceVersion: String(this.version) }, items: this.data === undefined ? [] : [this.#object] });
      }
      let after = Number(url.searchParams.get('resourceVersion'));
      response.writeHead(200, { 'content-type': 'application/json' });
      // In two pieces, as it may come.
      const send = (event: object) => {
        const text = `${JSON.stringify(event)}\n`;
        response.write(text.slice(0, 7));
        response.write(text.slice(7));
      };
      if (after < this.oldest) {
        send({ type: 'ERROR', object: { kind: 'Status', code: 410, message: 'too old resource version' } });
        response.end();
        return;
      }
      const end = Date.now() + 400;
      while (Date.now() < end && !response.destroyed) {
        for (const { version, event } of this.#events) if (version > after) send(event);
        after = this.version;
        await this.waitFor(100);
        send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.version) } } });
      }
      response.end();
    }
  }

  test('the documents of a ConfigMap are read, explained and followed, through an outage and a version that is gone', async () => {
    const kubernetes = await recipe('kubernetes');
    const server = await new ApiServer().start();
    const tokenFile = directory.at('token');
    directory.write('token', 'first\n');
    server.apply({ 'app.yaml': 'port: 1\nhost: a' });
    const options = { server: server.url, namespace: 'shop', name: 'app', tokenFile, ...TIMES };
    const followed = await Followed.load(kubernetes({ ...options, documents: '' }));
    const { config } = followed;
    expect(config.current).toEqual({ port: 1, host: 'a' });
    expect(config.explain('port').winner).toMatchObject({ name: 'kubernetes:shop/app', key: 'app.yaml', revision: '101', line: 1, column: 7 });
    server.apply({ 'app.yaml': 'port: 2', 'more.toml': 'x = 1' });
    await until(() => config.get('port', 0) === 2 && config.has('x') && !config.has('host'));
    server.apply({ 'app.yaml': 'port: [' });
    await until(() => followed.errors.length > 0);
    expect(followed.errors[0]).toMatchObject({ code: 'ERR_SUPERCONFIG_PARSE', origin: { key: 'app.yaml', line: 1 } });

    directory.write('token', 'second\n');
    await server.stop();
    await until(() => followed.states.includes('stale'));
    server.apply({ 'app.yaml': 'port: 3' });
    server.oldest = server.version;
    server.apply({ 'app.yaml': 'port: 4' });
    server.oldest = server.version;
    await server.start();
    await until(() => config.get('port', 0) === 4);
    await until(() => server.tokens.at(-1) === 'Bearer second');
    server.apply(undefined);
    await until(() => !config.has('port'));
  });

  test('a Secret is decoded', async () => {
    const kubernetes = await recipe('kubernetes');
    const server = await new ApiServer().start();
    server.apply({ 'db.password': Buffer.from('tiger').toString('base64') });
    const source = kubernetes({ server: server.url, namespace: 'shop', name: 'app', kind: 'secrets', prefix: '', ...TIMES });
    const config = await SuperConfig.builder().source(source).load();
    expect(config.current).toEqual({ db: { password: 'tiger' } });
  });
});

describe('Vault', () => {
  class VaultServer extends HttpServer {
    version = 0;
    data: object | null = null;

    answer(request: IncomingMessage, url: URL, response: ServerResponse): void {
      if (request.headers['x-vault-token'] !== this.token) {
        json(response, 403, { errors: ['permission denied'] });
        return;
      }
      expect(url.pathname).toBe('/v1/secret/data/shop');
      const secret = { data: { data: this.data, metadata: { version: this.version } } };
      json(response, this.data === null ? 404 : 200, this.version === 0 ? { errors: [] } : secret);
    }

    write(data: object | null): void {
      this.version += 1;
      this.data = data;
    }
  }

  test('a secret is read, redacted and polled, and a token that has expired is followed by a new one', async () => {
    const vault = await recipe('vault');
    const server = await new VaultServer().start();
    server.write({ password: 'tiger', port: 5432 });
    let logins = 0;
    const login = async () => {
      logins += 1;
      return server.token;
    };
    const options = { server: server.url, mount: 'secret', path: 'shop', at: ['db'], pollSeconds: 0.05, login, ...TIMES };
    const config = await SuperConfig.builder().source(vault(options)).secrets(['db.password']).watch().load();
    onTestFinished(() => config.close());
    config.on('error', () => {});
    expect(config.current).toEqual({ db: { password: 'tiger', port: 5432 } });
    expect(config.toString()).not.toContain('tiger');
    expect(config.explain('db.port').winner).toMatchObject({ name: 'vault:secret/shop', key: 'secret/shop', revision: '1' });
    server.write({ password: 'lion', port: 5432 });
    await until(() => config.get('db.password', '') === 'lion');

    const before = logins;
    server.token = 'another';
    server.write({ password: 'bear', port: 5432 });
    await until(() => config.get('db.password', '') === 'bear');
    expect(logins).toBeGreaterThan(before);
    server.write(null);
    await until(() => !config.has('db'));
    server.write({ password: 'wolf' });
    await until(() => config.get('db.password', '') === 'wolf');

    const error = await rejected(
      SuperConfig.builder()
        .source(vault({ ...options, login: () => 'wrong', startMs: 200 }))
        .load(),
    );
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_SOURCE', expect.stringContaining('Vault answers 403')]);
  });
});
