// The custom sources of one configuration: calling them for its loads, watching them, and releasing them.
import { SuperConfigError } from '../internal/errors.js';
import { isPromiseLike } from '../internal/validate.js';
import { native } from './addon.js';
import { closedError } from './closed-error.js';
import { isOfProfiles, moduleOfProfile } from './config-module.js';
import {
  type CustomSource,
  callSource,
  contextFor,
  LazySignal,
  originOf,
  reasonOf,
  reportText,
  resultOf,
  type SourceContext,
  type SourceReport,
} from './custom-source.js';
import { captureEnvironment } from './environment.js';
import { type Bounds, Lifetime } from './lifetime.js';
import { type Answer, type LoadRequest, toCrossing } from './load-request.js';
import type { Collected, SourcesOfHost } from './sources.js';
import { type Steps, settled } from './steps.js';

/** A watch that fails is tried again after so long, and each time after twice as long, up to the longest. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** How long a reload that a change started waits for sources. What they return after that is another reload's. */
const PATIENCE_MS = 100;

/** What all sources are given for one load. */
type Surroundings = Omit<SourceContext, 'signal' | 'report' | 'isAsync'>;

/** One source with what is known of its calls. */
interface Entry {
  readonly index: number;
  readonly source: CustomSource;
  /** The signals of the watch, and of calls that are under way. */
  readonly signals: Set<LazySignal>;
  /** That of the call that settled last: what it has opened may still be in use. */
  lastSignal: LazySignal | undefined;
  isCalled: boolean;
  /** The last reload that it has answered. */
  turn: number;
  /** Why it failed then. */
  failure: SuperConfigError | undefined;
  /** How often it was called. */
  calls: number;
  /** A reload in the background has called it, and it has not answered. */
  isRunning: boolean;
  /** It has something newer than that call sees. */
  isOutdated: boolean;
  /** What it answered after that reload had gone on. */
  late: Answer | SuperConfigError | undefined;
}

/** The custom sources of a request. */
export function customSourcesOf(request: LoadRequest): SourcesOfHost {
  return new CustomSources(request);
}

/** The request with a module for each profile, in their order, in place of one whose path names `{profile}`. */
export function withProfiles(request: LoadRequest): LoadRequest {
  if (!request.sources.some(({ file }) => String(file).includes('{profile}')) || !request.sources.some(isOfProfiles)) return request;
  const captured = request.environment === undefined ? captureEnvironment(request) : undefined;
  const { profiles } = JSON.parse(native().describeRequest(...toCrossing(request, captured), 'context')) as Surroundings;
  const sources = request.sources.flatMap((source) => (isOfProfiles(source) ? profiles.map((profile) => moduleOfProfile(source, profile)) : [source]));
  return { ...request, sources };
}

/** The variables of a captured environment. */
function variablesOf(captured = ''): Record<string, string> {
  const [count, , ...parts] = captured.split('\0');
  return Object.fromEntries(Array.from({ length: Number(count) }, (_, at) => [parts[2 * at], parts[2 * at + 1]]));
}

class CustomSources implements SourcesOfHost {
  readonly lifetime = new Lifetime();
  readonly isEmpty = false;
  readonly #request: LoadRequest;
  readonly #entries: readonly Entry[];
  readonly #stops = new Set<() => void>();
  /** What sources have reported before the configuration was open. */
  readonly #reports = new Map<number, string>();
  attachment: number | undefined;
  #changed: (() => void) | undefined;
  /** As they were for the last load that was called for. */
  #surroundings: Surroundings | undefined;

  constructor(request: LoadRequest) {
    this.#request = request;
    this.#entries = request.sources.flatMap(({ kind, implementation }, index) =>
      kind === 'custom'
        ? [
            {
              index,
              source: implementation as CustomSource,
              signals: new Set<LazySignal>(),
              lastSignal: undefined,
              isCalled: false,
              turn: 0,
              failure: undefined,
              calls: 0,
              isRunning: false,
              isOutdated: false,
              late: undefined,
            },
          ]
        : [],
    );
  }

  *collect(turn: number, isBackground: boolean, isAsync: boolean): Steps<Collected> {
    const answers = new Map<number, Answer>();
    const failures: SuperConfigError[] = [];
    const environment = this.#capture(isBackground);
    const surroundings = this.#surroundings;
    if (surroundings === undefined) return { answers, failures, environment };
    const bounds = { lifetime: this.lifetime, isBackground };
    const called = this.#entries.map((entry) => ({ entry, answer: this.#ask(entry, surroundings, bounds, isAsync) }));
    for (const { entry, answer } of called) {
      const given = yield* settled(answer, `the source \`${entry.source.name}\``, originOf(entry.source));
      if (given === undefined) continue;
      const failure = given instanceof SuperConfigError ? given : undefined;
      if (failure !== undefined) failures.push(failure);
      // A reload that began later may have been faster.
      if (turn >= entry.turn) {
        entry.turn = turn;
        entry.failure = failure;
      }
      answers.set(entry.index, given instanceof SuperConfigError ? { error: reasonOf(given.cause ?? given) } : given);
    }
    return { answers, failures, environment };
  }

  accept(answers: Collected['answers']): void {
    for (const { index, source } of this.#entries) {
      const result = resultOf(answers.get(index));
      if (result !== undefined) attempt(() => source.accepted?.(result), `the source \`${source.name}\` cannot take note of what is in use`);
    }
  }

  failureOf(name: string | undefined): SuperConfigError | undefined {
    return this.#entries.find(({ source, failure }) => source.name === name && failure !== undefined)?.failure;
  }

  open(): void {
    for (const [index, report] of this.#reports) native().reportSource(this.attachment as number, index, report);
    this.#reports.clear();
  }

  watch(changed: () => void): void {
    const surroundings = this.#surroundings;
    if (surroundings === undefined) return;
    this.#changed = changed;
    for (const entry of this.#entries) {
      const abort = new LazySignal();
      entry.signals.add(abort);
      const context = contextFor(surroundings, abort, (report) => this.#report(entry, report));
      const noteChange = () => {
        entry.isOutdated = entry.isRunning || entry.late !== undefined;
        changed();
      };
      this.#watch(entry, context, noteChange, FIRST_RETRY_MS);
    }
  }

  end(): void {
    if (this.lifetime.ended) return;
    this.lifetime.end();
    this.attachment = undefined;
    this.#changed = undefined;
    this.#reports.clear();
    for (const { signals, lastSignal } of this.#entries) {
      for (const abort of signals) abort.abort(closedError('configuration'));
      lastSignal?.abort(closedError('configuration'));
      signals.clear();
    }
    this.#stopAll();
    for (const { source, isCalled } of this.#entries) {
      if (isCalled) attempt(() => source.close?.(), `the source \`${source.name}\` does not close`);
    }
  }

  /** The environment for the addon; what sources are given goes by it. In the background both stay as they were. */
  #capture(isBackground: boolean): string | undefined {
    if (isBackground) return undefined;
    const { environment: given } = this.#request;
    const captured = given === undefined ? captureEnvironment(this.#request) : undefined;
    const env = Object.freeze(given === undefined ? variablesOf(captured) : { ...given });
    const surroundings = JSON.parse(native().describeRequest(...toCrossing(this.#request, captured), 'context')) as Omit<Surroundings, 'env'>;
    this.#surroundings = { ...surroundings, env };
    return captured;
  }

  /** Calls a source. A reload in the background goes on without one that does not answer soon: nothing then, and another reload later. */
  #ask(
    entry: Entry,
    surroundings: Surroundings,
    bounds: Bounds,
    isAsync: boolean,
  ): ReturnType<typeof callSource> | undefined | Promise<Answer | SuperConfigError | undefined> {
    if (!bounds.isBackground) return this.#call(entry, surroundings, bounds, isAsync);
    const { late } = entry;
    if (late !== undefined) {
      entry.late = undefined;
      // What is newer is for a reload after this one.
      if (entry.isOutdated) queueMicrotask(() => this.#changed?.());
      entry.isOutdated = false;
      return late;
    }
    if (entry.isRunning) return undefined;
    const answer = this.#call(entry, surroundings, bounds, true);
    if (!isPromiseLike(answer)) return answer;
    const call = entry.calls;
    entry.isRunning = true;
    return new Promise((resolve) => {
      let isAwaited = true;
      const timer = setTimeout(() => {
        isAwaited = false;
        resolve(undefined);
      }, PATIENCE_MS);
      timer.unref();
      answer.then((given) => {
        clearTimeout(timer);
        // A later call knows more.
        const isNewest = entry.calls === call;
        if (isNewest) entry.isRunning = false;
        if (isAwaited) return resolve(given);
        if (!isNewest || this.lifetime.ended) return;
        entry.late = given;
        this.#changed?.();
      });
    });
  }

  #call(entry: Entry, surroundings: Surroundings, bounds: Bounds, isAsync: boolean): ReturnType<typeof callSource> {
    const { source, signals } = entry;
    const abort = new LazySignal();
    entry.isCalled = true;
    signals.add(abort);
    const context = contextFor(surroundings, abort, (report) => this.#report(entry, report), isAsync);
    const answer = callSource(source, context, abort, bounds);
    const isPromise = isPromiseLike(answer);
    // A promise that cannot be awaited is nobody's answer: what another call is to bring stays awaited.
    if (isAsync || !isPromise) {
      entry.calls += 1;
      entry.isRunning = false;
      entry.late = undefined;
    }
    const settle = () => {
      signals.delete(abort);
      entry.lastSignal = abort;
    };
    if (isPromise) return answer.finally(settle);
    settle();
    return answer;
  }

  #report({ index }: Entry, report: SourceReport): void {
    const text = reportText(report);
    if (this.lifetime.ended) return;
    if (this.attachment === undefined) this.#reports.set(index, text);
    else native().reportSource(this.attachment, index, text);
  }

  #watch(entry: Entry, context: SourceContext, changed: () => void, retryMs: number): void {
    const { source } = entry;
    const isFirst = retryMs === FIRST_RETRY_MS;
    const failed = (thrown: unknown) => {
      if (this.lifetime.ended) return;
      this.#report(entry, { state: 'stale', error: `it cannot be watched: ${reasonOf(thrown)}` });
      const timer = setTimeout(() => this.#watch(entry, context, changed, Math.min(2 * retryMs, LONGEST_RETRY_MS)), retryMs);
      timer.unref();
      this.lifetime.onEnd(() => clearTimeout(timer));
    };
    const started = (stop: unknown) => {
      if (typeof stop === 'function') this.#stops.add(stop as () => void);
      if (this.lifetime.ended) this.#stopAll();
      // What it had to say until now was not heard.
      else if (!isFirst) changed();
    };
    try {
      const stop: unknown = source.watch?.(context, changed);
      if (isPromiseLike(stop)) Promise.resolve(stop).then(started, failed);
      else started(stop);
    } catch (thrown) {
      failed(thrown);
    }
  }

  #stopAll(): void {
    for (const stop of this.#stops) attempt(stop, 'a custom source does not end its watch');
    this.#stops.clear();
  }
}

/** The error of a first load whose sources failed, all of them in one. */
export function joinFailures(failures: readonly SuperConfigError[]): SuperConfigError {
  const [first] = failures;
  if (first !== undefined && failures.length === 1) return first;
  const issues = failures.map(({ message, origin = {} }) => ({ message, origin }));
  const message = `${failures.length} sources failed${failures.map(({ message }) => `\n  ${message}`).join('')}`;
  return new SuperConfigError('ERR_SUPERCONFIG_SOURCE', message, { issues, cause: new AggregateError(failures.map(({ cause }) => cause)) });
}

/** Runs what ends something; where it fails, now or later, that becomes a process warning. */
function attempt(ending: () => unknown, what: string): void {
  const complain = (thrown: unknown) => warn(`${what}: ${reasonOf(thrown)}`, 'ERR_SUPERCONFIG_SOURCE');
  try {
    const ended = ending();
    if (isPromiseLike(ended)) Promise.resolve(ended).then(undefined, complain);
  } catch (thrown) {
    complain(thrown);
  }
}

function warn(message: string, code: string): void {
  process.emitWarning(message, { type: 'SuperConfigWarning', code });
}
