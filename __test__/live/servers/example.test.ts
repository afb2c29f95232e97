// The program of examples/live, and `superconfig watch --from` with its definition, against each engine.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { BIN, checkDocument, cliEnvironment } from '../../support/cli.ts';
import { Etcd } from '../../support/etcd.ts';
import { NatsServer } from '../../support/nats.ts';
import { RedisServer } from '../../support/redis.ts';
import { sharedDirectory } from '../../support/temporary.ts';

const root = join(import.meta.dirname, '../../..');
const directory = sharedDirectory();

beforeAll(() => {
  mkdirSync(directory.at('node_modules'));
  symlinkSync(root, directory.at('node_modules/superconfig'), 'junction');
  for (const name of ['redis', '@nats-io']) symlinkSync(join(root, 'node_modules', name), directory.at('node_modules', name), 'junction');
  cpSync(join(root, 'examples/live'), directory.path, { recursive: true });
});

interface Engine {
  /** Variables that lead the example to it. */
  env: Record<string, string>;
  put(greeting: string): Promise<unknown>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ENGINES: Record<string, () => Promise<Engine>> = {
  async etcd() {
    const server = await Etcd.single();
    const put = (greeting: string) => server.put('/shop/greeting', greeting);
    return { env: { ETCD_ENDPOINTS: server.endpoint }, put, kill: () => server.kill(), start: () => server.start(), stop: () => server.stop() };
  },
  async nats() {
    const server = await NatsServer.open();
    const kv = await server.bucket('shop');
    const put = (greeting: string) => kv.put('shop.greeting', greeting);
    return { env: { NATS_URL: `127.0.0.1:${server.port}` }, put, kill: () => server.kill(), start: () => server.start(), stop: () => server.stop() };
  },
  async redis() {
    const server = await RedisServer.open();
    const put = (greeting: string) => server.run('HSET', 'shop:config', 'greeting', greeting);
    return { env: { REDIS_URL: `redis://127.0.0.1:${server.port}` }, put, kill: () => server.kill(), start: () => server.start(), stop: () => server.stop() };
  },
};

/** A program with what it has printed. */
class Running {
  readonly #child: ChildProcess;
  output = '';

  constructor(args: readonly string[], env: Record<string, string>) {
    this.#child = spawn(process.execPath, args, { cwd: directory.path, env: cliEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    onTestFinished(async () => {
      await this.end('SIGKILL');
    });
  }

  async says(text: string): Promise<void> {
    for (let tries = 0; !this.output.includes(text); tries++) {
      if (tries > 1_500) throw new Error(`it did not say ${text}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const ended = new Promise<number | null>((resolve) => this.#child.once('close', resolve));
    this.#child.kill(signal);
    return ended;
  }
}

test.each(Object.keys(ENGINES))(
  '%s',
  async (name) => {
    const engine = await (ENGINES[name] as () => Promise<Engine>)();
    onTestFinished(() => engine.stop());
    await engine.put('good morning');
    const env = { LIVE_STORE: name, ...engine.env };
    const program = new Running(['main.mjs'], env);
    const watch = new Running([BIN, 'watch', '--from', 'superconfig.config.mjs'], env);
    const json = new Running([BIN, 'watch', '--json', '--from', 'superconfig.config.mjs'], env);
    await program.says('good morning on 8080\n');
    await watch.says(`${name}:`);
    await json.says('"event":"load"');

    await engine.put('good evening');
    await program.says('good evening on 8080\n');
    await watch.says('~ greeting = "good morning"');
    await watch.says('"good evening"');
    await json.says('good evening');

    await engine.kill();
    for (const one of [program, watch]) await one.says('is connecting');
    await json.says('"state":"connecting"');
    await engine.start();
    for (const one of [program, watch]) await one.says('is live');

    expect(await watch.end('SIGINT')).toBe(130);
    await json.end('SIGINT');
    const documents = json.output.split('\n').filter((line) => line.startsWith('{'));
    for (const line of documents) checkDocument('watch', JSON.parse(line));
    expect(documents.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(expect.arrayContaining(['load', 'change', 'status']));
    expect(documents.find((line) => line.includes('good evening'))).toMatch(/"key":"[^"]*greeting"/);
  },
  120_000,
);
