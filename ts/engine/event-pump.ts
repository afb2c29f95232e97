import { isPromiseLike } from '../api/custom-source.js';
import { at, below, ConfigChange, merge, type Transition, transition } from '../api/events.js';
import { fromReport, isError, type NativeReport, SuperConfigError } from '../internal/errors.js';
import { native, type Version } from './addon.js';
import type { State } from './attachment.js';
import { kindOf, type NativePath } from './path.js';

/**
 * What each event hands to its listeners.
 *
 * @example
 * ```ts
 * const warn = (error: EventMap<AppConfig>['error']) => console.error(error.message);
 * config.on('error', warn);
 * ```
 */
export interface EventMap<T> {
  /** There is a new version. */
  change: ConfigChange<T>;
  /** A reload failed, and the last good version stays in use; or a custom source did (`SOURCE`), and what it gave last. */
  error: SuperConfigError;
}

/**
 * Called with what happened; what it throws, or rejects with, becomes a process warning.
 *
 * @example
 * ```ts
 * const tell: Listener<ConfigChange<AppConfig>> = ({ version, changed }) => console.log(version, changed);
 * config.on('change', tell);
 * ```
 */
export type Listener<E> = (event: E) => unknown;

/** What the addon tells. */
interface Report {
  change?: { version: number; changed: string[] };
  failure?: NativeReport;
  unasked: boolean;
  changeFirst: boolean;
  outdated: boolean;
}

/** Someone who wants to hear of versions: a listener of `change`, of a handle, or an iterator. */
interface Observer {
  hear(change: Transition): void;
  end?(): void;
}

/** The events of a state, made at the first need. */
export function eventsOf(state: State): Events {
  state.events ??= new Events(state);
  return state.events;
}

// Whoever listens keeps the configuration, as nobody may hold it otherwise.
const listening = new Set<Events>();

/** Tells the listeners of one configuration in one thread what happens to it. */
export class Events {
  readonly #state: State;
  readonly #observers = new Set<Observer>();
  readonly #errors = new Set<Listener<SuperConfigError>>();
  /** Whether failures are warned of where nobody listens for them: so do those who watch. */
  #warns = false;
  #isSubscribed = false;
  #isDelivering = false;

  constructor(state: State) {
    this.#state = state;
  }

  /** Warns of failures that nobody listens for. */
  warn(): void {
    this.#warns = true;
    this.#update();
  }

  /** Adds a listener for failures; gives the way to remove it. */
  onError(listener: Listener<SuperConfigError>): () => void {
    // Each call counts, also of the same function.
    const own: Listener<SuperConfigError> = (error) => listener(error);
    this.#errors.add(own);
    this.#update();
    return () => {
      this.#errors.delete(own);
      this.#update();
    };
  }

  /** Adds a listener for new versions, or for those that differ at a path. */
  onChange<T>(listener: Listener<ConfigChange<T>>, path?: NativePath): () => void {
    return this.#observe({
      hear(whole) {
        const change = path === undefined ? whole : at(whole, path);
        if (change !== undefined) call('change', listener, new ConfigChange<T>(change));
      },
    });
  }

  /** New versions, or those that differ at or below a path, as they come. */
  changes<T>(path: NativePath | undefined, signal: AbortSignal | undefined): AsyncIterableIterator<ConfigChange<T>, undefined> {
    let pending: Transition | undefined;
    let ended = signal?.aborted ?? false;
    const waiting: ((result: IteratorResult<ConfigChange<T>, undefined>) => void)[] = [];
    const done: IteratorResult<ConfigChange<T>, undefined> = { done: true, value: undefined };
    const end = () => {
      ended = true;
      pending = undefined;
      stop();
      signal?.removeEventListener('abort', end);
      for (const answer of waiting.splice(0)) answer(done);
    };
    const observer: Observer = {
      hear(whole) {
        const change = path === undefined ? whole : below(whole, path);
        if (change === undefined) return;
        const answer = waiting.shift();
        if (answer === undefined) pending = merge(pending, change);
        else answer({ done: false, value: new ConfigChange<T>(change) });
      },
      end,
    };
    const stop = ended ? () => {} : this.#observe(observer);
    if (!ended) signal?.addEventListener('abort', end, { once: true });
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        if (pending !== undefined) {
          const value = new ConfigChange<T>(pending);
          pending = undefined;
          return { done: false, value };
        }
        return ended ? done : new Promise((answer) => waiting.push(answer));
      },
      async return() {
        end();
        return done;
      },
    };
  }

  /** Tells what has happened since the last time. */
  deliver(): void {
    // What a listener brings about is told by the loop that called it.
    if (this.#isDelivering || !this.#isSubscribed) return;
    this.#isDelivering = true;
    try {
      while (!this.#state.closed && this.#isSubscribed) {
        const told = native().takeEvents(this.#state.attachment);
        if (told == null) return;
        const [report, previous, current] = told;
        this.#tell(JSON.parse(report) as Report, previous == null || current == null ? undefined : [previous, current]);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  /** Nothing follows: iterators end. */
  end(): void {
    const observers = [...this.#observers];
    this.#observers.clear();
    this.#errors.clear();
    this.#isSubscribed = false;
    listening.delete(this);
    for (const observer of observers) observer.end?.();
  }

  #tell({ change, failure, unasked, changeFirst, outdated }: Report, versions: [Version, Version] | undefined): void {
    const tellChange = () => {
      if (change === undefined || versions === undefined) return;
      const whole = transition(change.version, change.changed, ...versions);
      for (const observer of [...this.#observers]) {
        if (this.#observers.has(observer)) observer.hear(whole);
      }
    };
    if (changeFirst) tellChange();
    if (failure !== undefined) this.#fail(this.#thrown(fromReport(failure)), unasked);
    if (!changeFirst) tellChange();
    if (outdated) this.#state.refresh?.();
  }

  /** A source's failure as it was in this thread, with what it threw. */
  #thrown(error: SuperConfigError): SuperConfigError {
    const own = error.code === 'ERR_SUPERCONFIG_SOURCE' && this.#state.failures.get(error.origin?.source ?? '');
    return own || error;
  }

  #fail(error: SuperConfigError, unasked: boolean): void {
    for (const listener of [...this.#errors]) {
      if (this.#errors.has(listener)) call('error', listener, error);
    }
    if (this.#errors.size === 0 && unasked && this.#warns) {
      const stays = error.code === 'ERR_SUPERCONFIG_SOURCE' ? 'what it gave last stays in use' : 'a reload failed, the last good configuration stays in use';
      process.emitWarning(`${stays}: ${error.message}`, {
        type: 'SuperConfigWarning',
        code: error.code,
      });
    }
  }

  #observe(observer: Observer): () => void {
    this.#observers.add(observer);
    this.#update();
    return () => {
      this.#observers.delete(observer);
      this.#update();
    };
  }

  /** Subscribes in the addon while there is somebody to tell. */
  #update(): void {
    const state = this.#state;
    if (state.closed) return;
    const hasListeners = this.#observers.size > 0 || this.#errors.size > 0;
    if (hasListeners) listening.add(this);
    else listening.delete(this);
    const wanted = hasListeners || this.#warns;
    if (wanted === this.#isSubscribed) return;
    this.#isSubscribed = wanted;
    if (!wanted) {
      native().unsubscribe(state.attachment);
      return;
    }
    // The addon holds the callback as long as the attachment is open, which must not keep this alive in turn.
    const weak = new WeakRef(this);
    native().subscribe(state.attachment, () => weak.deref()?.deliver());
  }
}

function call<E>(event: keyof EventMap<unknown>, listener: Listener<E>, argument: E): void {
  const complain = (thrown: unknown) => {
    process.emitWarning(`a listener of '${event}' threw: ${textOf(thrown)}`, { type: 'SuperConfigWarning', code: 'SUPERCONFIG_LISTENER' });
  };
  try {
    const result = listener(argument);
    if (isPromiseLike(result)) result.then(undefined, complain);
  } catch (thrown) {
    complain(thrown);
  }
}

/** What was thrown, for people; some values cannot be made a text. */
function textOf(thrown: unknown): string {
  try {
    return isError(thrown) ? (thrown.stack ?? thrown.message) : String(thrown);
  } catch {
    return kindOf(thrown);
  }
}

/** What ends an iteration, checked. */
export function signalOf(given: AbortSignal | undefined): AbortSignal | undefined {
  if (given === undefined) return given;
  const { aborted, addEventListener } = Object(given) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return given;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`signal\` is an AbortSignal, not ${kindOf(given)}`);
}

/** What must be called back, checked. */
export function listenerOf<E>(given: unknown): Listener<E> {
  if (typeof given === 'function') return given as Listener<E>;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `a listener is a function, not ${kindOf(given)}`);
}
