// Processes that follow the same keys, and how soon all of them have what is put.
import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished } from 'vitest';
import { untilDone } from './followed-etcd.ts';

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

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
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

/** 20 processes have what is put, also after the server has restarted, to which they do not come back at once. */
export async function replicasHaveAll(
  server: { kill(): Promise<void>; start(): Promise<void> },
  args: readonly string[],
  put: (value: string) => Promise<unknown>,
): Promise<void> {
  await put('0');
  const replicas = Array.from({ length: 20 }, () => new Replica(args));
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
  });
  const all = async (value: number, begun = Date.now()) => {
    while (!replicas.every((replica) => replica.when(value) !== undefined)) {
      if (Date.now() - begun > 90_000) throw new Error(`not all have ${value}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return replicas.map((replica) => (replica.when(value) as number) - begun).sort((one, other) => one - other);
  };
  await all(0);
  const begun = Date.now();
  await put('1');
  tell('a put', await all(1, begun));
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await server.start();
  await untilDone(() => put('2'));
  tell('a put after the restart', await all(2));
  const back = replicas.map(({ lines }) => lines.findLast(({ state }) => state === 'live')?.at as number);
  expect(Math.max(...back) - Math.min(...back)).toBeGreaterThan(20);
}
