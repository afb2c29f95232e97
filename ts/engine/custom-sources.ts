// Sources that the program implements: calling them for a load, and watching them.
import { isError, type Origin, SuperConfigError } from '../internal/errors.js';
import { isPromiseLike, kindOf } from '../internal/validate.js';
import { native } from './addon.js';
import { encode } from './codec.js';
import { captureEnvironment } from './environment.js';
import { type Answer, type Environment, type LoadRequest, toText } from './load-request.js';
import { type Steps, settled } from './steps.js';

/**
 * The load that a custom source is called for.
 *
 * @example
 * ```ts
 * const regional = source({ name: 'regional', load: ({ profiles, env }: SourceContext) => ({ region: env.REGION ?? profiles[0] ?? 'eu' }) });
 * loadConfigSync({ sources: [regional], profile: 'us' }).get('region'); // 'us'
 * ```
 */
export interface SourceContext {
  /** The directory that relative paths start from. */
  cwd: string;
  /** The home directory, where it is known. */
  home?: string;
  /** The selected profiles, in the order in which they apply. */
  profiles: readonly string[];
  /** The environment. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Something that configuration is read from besides files, variables and flags: a database, a service.
 *
 * @example
 * ```ts
 * const ticking: CustomSource = {
 *   name: 'ticks',
 *   load: () => ({ started: true }),
 *   watch(_context, changed) {
 *     const timer = setInterval(changed, 60_000).unref();
 *     return () => clearInterval(timer);
 *   },
 * };
 * SuperConfig.builder().source(ticking).watch().loadSync().get('started'); // true
 * ```
 */
export interface CustomSource {
  /** The layer's name, in `explain` and in errors. */
  name: string;
  /** Returns the layer's values, for the load and for each reload. A promise is awaited in `load()` and `reload()`. */
  load(context: SourceContext): object | Promise<object>;
  /**
   * Starts to watch, where the configuration is watched: `changed` requests a reload, and may be called often. What it returns ends
   * the watch.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a watch that needs no end returns nothing.
  watch?(context: SourceContext, changed: () => void): void | (() => void) | Promise<void | (() => void)>;
}

/** The answers of all custom sources to one load. */
interface Collected {
  /** By the indexes of the sources. */
  readonly answers: ReadonlyMap<number, Answer>;
  readonly failures: readonly SuperConfigError[];
  /** Nothing where there is no custom source. */
  readonly context: SourceContext | undefined;
  /** The environment of the same moment, for the addon; nothing where the addon captures it itself. */
  readonly environment: Environment | undefined;
}

/** The custom sources of a request, with their indexes. */
function customSources({ sources }: LoadRequest): [index: number, source: CustomSource][] {
  return sources.flatMap((source, index) => (source.kind === 'custom' ? [[index, source.implementation as CustomSource]] : []));
}

/** Calls all custom sources at the same time; without any it only captures the environment. */
export function* collectSources(request: LoadRequest): Steps<Collected> {
  const custom = customSources(request);
  const answers = new Map<number, Answer>();
  const failures: SuperConfigError[] = [];
  // Copying the whole environment costs more than a small load.
  if (custom.length === 0) return { answers, failures, context: undefined, environment: captureEnvironment(request.environment) };
  const env = Object.freeze({ ...(request.environment ?? process.env) });
  const environment = captureEnvironment(env);
  const surroundings = JSON.parse(native().sourceContext(toText(request, environment))) as Omit<SourceContext, 'env'>;
  const context: SourceContext = Object.freeze({ ...surroundings, env });
  const called = custom.map(([index, source]) => ({ index, source, answer: call(source, context) }));
  for (const { index, source, answer } of called) {
    const given = yield* settled(answer, `the source \`${source.name}\``, originOf(source));
    if (given instanceof SuperConfigError) failures.push(given);
    answers.set(index, given instanceof SuperConfigError ? { error: reasonOf(given.cause) } : given);
  }
  return { answers, failures, context, environment };
}

/** What a source returned, as it crosses, or its failure; a promise of it where the source is asynchronous. */
function call(source: CustomSource, context: SourceContext): Answer | SuperConfigError | Promise<Answer | SuperConfigError> {
  const failure = (cause: unknown) =>
    new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `the source \`${source.name}\` failed: ${reasonOf(cause)}`, { origin: originOf(source), cause });
  const accept = (values: unknown) => {
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      return failure(new TypeError(`it gave ${kindOf(values)}, and must give an object`));
    }
    return { values: encode(values, source.name) };
  };
  try {
    const values: unknown = source.load(context);
    return isPromiseLike(values) ? Promise.resolve(values).then(accept).catch(failure) : accept(values);
  } catch (thrown) {
    return failure(thrown);
  }
}

function originOf({ name }: CustomSource): Origin {
  return { kind: 'custom', source: name };
}

/** The error of a first load whose sources failed, all of them in one. */
export function joinFailures(failures: readonly SuperConfigError[]): SuperConfigError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const issues = failures.map(({ message, origin = {} }) => ({ message, origin }));
  const message = `${failures.length} sources failed${failures.map(({ message }) => `\n  ${message}`).join('')}`;
  return new SuperConfigError('ERR_SUPERCONFIG_SOURCE', message, { issues, cause: new AggregateError(failures.map(({ cause }) => cause)) });
}

/** The watches of the custom sources of one attachment. */
export class SourceWatches {
  readonly #stops: (() => void)[] = [];
  #ended = false;

  /** Starts the watches; one that fails becomes a process warning. */
  start(request: LoadRequest, context: SourceContext, changed: () => void): void {
    for (const [, source] of customSources(request)) {
      const complain = (thrown: unknown) => warn(`the source \`${source.name}\` cannot be watched: ${reasonOf(thrown)}`, 'ERR_SUPERCONFIG_WATCH');
      try {
        const started = source.watch?.(context, changed);
        if (isPromiseLike(started)) started.then((stop) => this.#keep(stop), complain);
        else this.#keep(started);
      } catch (thrown) {
        complain(thrown);
      }
    }
  }

  /** Ends the watches, also those that are still starting. Safe to repeat. */
  end(): void {
    this.#ended = true;
    for (const stop of this.#stops.splice(0)) {
      try {
        stop();
      } catch (thrown) {
        warn(`a custom source does not end its watch: ${reasonOf(thrown)}`, 'ERR_SUPERCONFIG_SOURCE');
      }
    }
  }

  #keep(stop: unknown): void {
    if (typeof stop !== 'function') return;
    this.#stops.push(stop as () => void);
    if (this.#ended) this.end();
  }
}

function warn(message: string, code: string): void {
  process.emitWarning(message, { type: 'SuperConfigWarning', code });
}

/** Why code of the program failed, for a message; `user:password` of URLs, which clients like to quote, is masked. */
export function reasonOf(thrown: unknown): string {
  const text = isError(thrown) ? thrown.message || thrown.name : typeof thrown === 'string' ? thrown : `${kindOf(thrown)} was thrown`;
  return native().maskUserinfo(text);
}
