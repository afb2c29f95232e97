// A directory with files and a configuration that watches them.
import { type ConfigChange, SuperConfig, type SuperConfigBuilder, type SuperConfigError } from '../../ts/index.ts';
import { TemporaryDirectory } from './temporary.ts';

/** Waits for a condition. */
export async function until(holds: () => boolean, what = 'it', patienceMs = 15_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} never came true`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What a configuration told, in order. */
export class Watched {
  readonly directory = new TemporaryDirectory();
  readonly write = this.directory.write;
  readonly config: SuperConfig;
  readonly events: (ConfigChange<unknown> | SuperConfigError)[] = [];
  #taken = 0;

  constructor(sources: (builder: SuperConfigBuilder) => SuperConfigBuilder = (builder) => builder.file('app.json')) {
    this.write('app.json', '{"value": 0}');
    this.config = sources(SuperConfig.builder({ cwd: this.directory.path, env: {} }))
      .watch({ debounceMs: 10 })
      .loadSync();
    this.config.on('change', (change) => this.events.push(change));
    this.config.on('error', (error) => this.events.push(error));
  }

  at(name: string): string {
    return this.directory.at(name);
  }

  /** The next event. */
  async next(): Promise<ConfigChange<unknown> | SuperConfigError> {
    await until(() => this.events.length > this.#taken, `event ${this.#taken}`);
    return this.events[this.#taken++] as ConfigChange<unknown> | SuperConfigError;
  }

  async change(): Promise<ConfigChange<Record<string, unknown>>> {
    const event = await this.next();
    if (event instanceof Error) throw event;
    return event as ConfigChange<Record<string, unknown>>;
  }

  async error(): Promise<SuperConfigError> {
    const event = await this.next();
    if (event instanceof Error) return event;
    throw new Error(`a change came: ${event.changed}`);
  }

  [Symbol.dispose](): void {
    this.config.close();
    this.directory.remove();
  }
}

/** Waits until something holds that takes a moment to find out. */
export async function untilAsync(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 500) throw new Error(`${what} never came true`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
