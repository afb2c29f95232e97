import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Etcd } from '../../support/etcd.ts';
import { doorsTo, lasting, newPrefix } from '../../support/followed-etcd.ts';
import { until } from '../../support/watched.ts';

const program = (name: string) => join(import.meta.dirname, 'programs', name);

test('1,000 configurations that are opened and closed leave no socket and no watcher, and the process ends by itself', async () => {
  const server = await lasting(Etcd.single());
  const [door] = await doorsTo(server.port);
  const prefix = newPrefix();
  await server.put(`${prefix}value`, '0');
  const args = [program('cycles.mjs'), `http://127.0.0.1:${door?.port}`, prefix, '1000'];
  const running = promisify(execFile)(process.execPath, args, { timeout: 110_000 });
  const open: (number | undefined)[] = [];
  running.child.stdout?.once('data', () => open.push(door?.open));
  const { stdout, stderr } = await running;
  expect([stdout, stderr, open]).toEqual(['one is open\n', '', [1]]);
  await until(() => door?.open === 0, 'closing the connections');
  expect(await server.metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
});

/** Says how long it took until the processes had something. */
function tell(what: string, times: number[]): void {
  process.stdout.write(`${what} is everywhere: p50 ${times[9]} ms, p95 ${times[18]} ms, at most ${times[19]} ms\n`);
}

interface Line {
  value?: number;
  state?: string;
  at: number;
}

/** A process that follows the keys, with what it has told. */
class Replica {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;

  constructor(endpoint: string, prefix: string) {
    this.#child = spawn(process.execPath, [program('replica.mjs'), endpoint, prefix], { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.#child.stdout?.on('data', (chunk) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.lines.push(JSON.parse(line));
    });
  }

  /** When it had a value. */
  when(value: number): number | undefined {
    return this.lines.find((line) => line.value === value)?.at;
  }

  end(): Promise<unknown> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.end();
    return ended;
  }
}

test('20 processes have what is put, also after the server has restarted, to which they do not come back at once', async () => {
  const server = await lasting(Etcd.single());
  const prefix = newPrefix();
  await server.put(`${prefix}value`, '0');
  const replicas = Array.from({ length: 20 }, () => new Replica(server.endpoint, prefix));
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
  });
  const all = async (value: number) => {
    const begun = Date.now();
    while (!replicas.every((replica) => replica.when(value) !== undefined)) {
      if (Date.now() - begun > 90_000) throw new Error(`not all have ${value}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return replicas.map((replica) => (replica.when(value) as number) - begun).sort((one, other) => one - other);
  };
  await all(0);
  await server.put(`${prefix}value`, '1');
  tell('a put', await all(1));
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await server.start();
  await server.put(`${prefix}value`, '2');
  tell('a put after the restart', await all(2));
  const back = replicas.map(({ lines }) => lines.findLast(({ state }) => state === 'live')?.at as number);
  expect(Math.max(...back) - Math.min(...back)).toBeGreaterThan(20);
});
