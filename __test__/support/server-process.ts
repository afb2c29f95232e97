// A real server of a test: started on a port of its own, killed, stopped for a while, and started again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { TemporaryDirectory } from './temporary.ts';

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a program can be started. */
export const hasProgram = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

/** The programs of a name that are there: that of the system, and newer ones that `npm run test:live` got. */
export function programsOf(name: string): string[] {
  const got = join(import.meta.dirname, '../../target/servers');
  const folders = existsSync(got) ? readdirSync(got) : [];
  return [name, ...folders.map((folder) => join(got, folder, name)).filter((program) => existsSync(program))];
}

/** The version that a program says it has. */
export function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? 'unknown';
}

export class ServerProcess {
  readonly directory = new TemporaryDirectory();
  readonly port: number;
  readonly #program: string;
  readonly #args: (server: ServerProcess) => readonly string[];
  #process: ChildProcess | undefined;

  constructor(program: string, port: number, args: (server: ServerProcess) => readonly string[]) {
    this.#program = program;
    this.port = port;
    this.#args = args;
  }

  /** Starts it, or again after it was killed, and waits until it takes connections. */
  async start(): Promise<void> {
    const child = spawn(this.#program, this.#args(this), { stdio: 'ignore', cwd: this.directory.path });
    this.#process = child;
    for (let tries = 0; !(await answers(this.port)); tries++) {
      if (tries > 200 || child.exitCode !== null) throw new Error(`${this.#program} does not start`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** Stops it without ending it, and lets it go on. */
  pause(isPaused: boolean): void {
    this.signal(isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Forgets everything that it holds, while it is not running. */
  wipe(): void {
    rmSync(this.directory.at('data'), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.kill();
    this.directory.remove();
  }
}

/** Whether something listens on a port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
