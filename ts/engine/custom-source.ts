// Sources that the program implements: what one is, and calling it.
import { isError, type Origin, SuperConfigError } from '../internal/errors.js';
import { isPromiseLike, kindOf, optionError } from '../internal/validate.js';
import { native } from './addon.js';
import { encode, isPlain } from './codec.js';
import type { Bounds } from './lifetime.js';
import type { Answer } from './load-request.js';
import { ModuleError } from './module-error.js';
import { checkNames } from './option-names.js';
import { settleWithin, timeoutOf } from './settle-within.js';
import { dataOf } from './source-data.js';

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
  /** Whether `load` may return a promise: not in `loadSync` and `reloadSync`. */
  readonly isAsync: boolean;
  /** Aborts when the time for `load` is over, and when the configuration is closed. */
  readonly signal: AbortSignal;
  /**
   * Says how the source is doing, now or later; shows in `status.sources`. A change of the state is an event `status`; to be `connecting` or
   * `stale` with an error where there was none begins an outage, and is an event `error` too. @throws `ERR_SUPERCONFIG_OPTION` for what is
   * no report.
   */
  readonly report: (report: SourceReport) => void;
}

/**
 * The report of a custom source about itself.
 *
 * @example
 * ```ts
 * const report: SourceReport = { state: 'live', revision: '1042' };
 * const flags = source({ name: 'flags', load: (context) => (context.report(report), { search: true }) });
 * loadConfigSync({ sources: [flags] }).status.sources[0]?.revision; // '1042'
 * ```
 */
export interface SourceReport {
  /**
   * `live`: what is in use is what it has; `connecting`: it has lost what it reads from, and tries to find it again; `stale`: it does not
   * know any more whether what is in use is what it has; `snapshot`: what is in use comes from a copy that it made earlier.
   */
  state: 'live' | 'connecting' | 'stale' | 'snapshot';
  /** The revision of the values that it returned last. */
  revision?: string;
  /** Why it is not live: an error, or text. */
  error?: unknown;
  /** The server that it reads from. */
  endpoint?: string;
  /** The number of interruptions after which it resumed without reading everything again. */
  resumes?: number;
  /** The number of times that it read everything again. */
  relists?: number;
}

/**
 * Something that configuration is read from besides files, variables and flags: a database, a service.
 *
 * @example
 * ```ts
 * const ticking: CustomSource = {
 *   name: 'ticks',
 *   load: () => ({ started: true }),
 *   watch({ signal }, changed) {
 *     const timer = setInterval(changed, 60_000).unref();
 *     signal.addEventListener('abort', () => clearInterval(timer));
 *   },
 * };
 * SuperConfig.builder().source(ticking).watch().loadSync().get('started'); // true
 * ```
 */
export interface CustomSource {
  /** The layer's name, in `explain` and in errors. */
  name: string;
  /**
   * Returns the layer's values, for the load and for each reload; or texts or documents, made by `texts` and `documents` of
   * `superconfig/live`. A promise is awaited in `load()` and `reload()`; a reload that a change started does not wait for long, and
   * takes in later what comes later.
   */
  load(context: SourceContext): object | Promise<object>;
  /**
   * Starts to watch, where the configuration is watched: `changed` requests a reload, and may be called often. What it returns ends
   * the watch, also when it is returned after the configuration was closed. Where it fails the source's state is `stale`, and it is
   * called again after a second, then less and less often.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a watch that needs no end returns nothing.
  watch?(context: SourceContext, changed: () => void): void | (() => void) | Promise<void | (() => void)>;
  /** Called with what `load` returned once a load or reload with it has succeeded: it was merged and validated, and is in use. */
  accepted?(result: object): void;
  /**
   * Releases what `load` has opened. Called once for each configuration that has called `load`: when it is closed, or when its first
   * load fails.
   */
  close?(): void | Promise<void>;
  /** The time that a promise of `load` may take, in milliseconds; 10,000 by default. After that the source counts as failed. */
  timeoutMs?: number;
}

/** Checks what a program gives as a source. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkSource(given: CustomSource): void {
  const problem = problemOf(given);
  if (problem !== undefined) throw optionError(`a custom source is ${problem}`);
  // An object of a class may have whatever it needs beside them.
  if (isPlain(given)) checkNames(given, ['name', 'load', 'watch', 'accepted', 'close', 'timeoutMs'], 'what a custom source has');
  if (given.timeoutMs !== undefined) timeoutOf(given.timeoutMs);
}

function problemOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return `an object, not ${kindOf(given)}`;
  const { name, load, watch, accepted, close } = given as Partial<CustomSource>;
  if (typeof name !== 'string' || name === '') return 'an object with a `name`';
  if (typeof load !== 'function') return 'an object with a function `load`';
  if (watch !== undefined && typeof watch !== 'function') return 'an object whose `watch` is a function';
  if (accepted !== undefined && typeof accepted !== 'function') return 'an object whose `accepted` is a function';
  return close === undefined || typeof close === 'function' ? undefined : 'an object whose `close` is a function';
}

/** How long a source is waited for. */
const DEFAULT_TIMEOUT_MS = 10_000;

const STATES = ['live', 'connecting', 'stale', 'snapshot'];

/** A signal that is made at its first use. */
export class LazySignal {
  #controller: AbortController | undefined;
  #reason: unknown;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts it; only the first time counts. */
  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }
}

/** A source's context: its own signal and report beside what all sources are given, which alone shows when it is printed. */
export function contextFor(surroundings: object, abort: LazySignal, report: (report: SourceReport) => void, isAsync = true): SourceContext {
  const context = { ...surroundings };
  Object.defineProperty(context, 'signal', { get: () => abort.signal });
  Object.defineProperty(context, 'report', { value: report });
  Object.defineProperty(context, 'isAsync', { value: isAsync });
  return Object.freeze(context) as SourceContext;
}

/** A report as it crosses. @throws `ERR_SUPERCONFIG_OPTION` for what is none. */
export function reportText(report: SourceReport): string {
  checkNames(report, ['state', 'revision', 'error', 'endpoint', 'resumes', 'relists'], 'what a source reports');
  const { state, revision, error, endpoint, resumes, relists } = report;
  if (!STATES.includes(state)) throw optionError(`a source is ${STATES.map((state) => `'${state}'`).join(' or ')}`);
  for (const [name, text] of Object.entries({ revision, endpoint })) {
    if (text !== undefined && typeof text !== 'string') throw optionError(`\`${name}\` is a string, not ${kindOf(text)}`);
  }
  for (const [name, count] of Object.entries({ resumes, relists })) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) throw optionError(`\`${name}\` is a whole number from 0`);
  }
  return JSON.stringify({ state, revision, endpoint, resumes, relists, error: error === undefined || error === null ? undefined : reasonOf(error) });
}

/** What sources returned, by what crosses of it. */
const results = new WeakMap<Answer, object>();

/** What a source returned, for an answer that it gave here. */
export function resultOf(answer: Answer | undefined): object | undefined {
  return answer && results.get(answer);
}

/** What a source returned, as it crosses, or its failure; a promise of it where the source is asynchronous. */
export function callSource(
  source: CustomSource,
  context: SourceContext,
  abort: LazySignal,
  bounds: Bounds,
): Answer | SuperConfigError | Promise<Answer | SuperConfigError> {
  const fail = (cause: unknown) =>
    isError(cause) && cause instanceof ModuleError
      ? cause
      : new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `the source \`${source.name}\` failed: ${reasonOf(cause)}`, { origin: originOf(source), cause });
  const accept = (values: unknown) => {
    try {
      if (typeof values !== 'object' || values === null || Array.isArray(values)) {
        return fail(new TypeError(`it gave ${kindOf(values)}, and must give an object`));
      }
      const answer = dataOf(values) ?? { values: encode(values, source.name) };
      results.set(answer, values);
      return answer;
    } catch (thrown) {
      return fail(thrown);
    }
  };
  try {
    const values: unknown = source.load(context);
    if (!isPromiseLike(values)) return accept(values);
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = source;
    const late = () => {
      const cause = new Error(`it has not answered within ${timeoutMs} ms`);
      abort.abort(cause);
      return cause;
    };
    return settleWithin(values, timeoutMs, bounds, late).then(accept, fail);
  } catch (thrown) {
    return fail(thrown);
  }
}

/** Where a source's values and failures come from. */
export function originOf({ name }: CustomSource): Origin {
  return { kind: 'custom', source: name };
}

/** Why code of the program failed, for a message; `user:password` of URLs, which clients like to quote, is masked. */
export function reasonOf(thrown: unknown): string {
  return native().maskUserinfo(messageOf(thrown).toWellFormed());
}

/** The message of what was thrown, which may be anything, with getters that throw themselves. */
function messageOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  if (!isError(thrown)) return `${kindOf(thrown)} was thrown`;
  try {
    const text: unknown = thrown.message || thrown.name;
    return typeof text === 'string' ? text : 'an error without a message was thrown';
  } catch {
    return 'an error was thrown whose message cannot be read';
  }
}
