// Delivers what the addon reports of a configuration to the listeners in this thread.
import { isError, type SuperConfigError } from '../internal/errors.js';
import { isPromiseLike, kindOf } from '../internal/validate.js';
import { native } from './addon.js';
import type { Attachment } from './attachment.js';
import { type ErrorReport, fromReport } from './native-error.js';
import type { Version } from './protocol.js';
import { publish, publishFailure } from './publication.js';
import { currentVersion } from './read-cache.js';
import { type Transition, transition } from './transition.js';

/** What happened since the last report, as the addon describes it. */
interface Report {
  change?: { version: number; changed: string[] };
  failure?: ErrorReport;
  /** The custom sources whose states have changed. */
  sources?: object[];
  /** The failure is that of a reload in the background. */
  background: boolean;
  /** The change happened before the failure. */
  changeFirst: boolean;
  /** Files changed, and only JavaScript can reload. */
  reloadRequested: boolean;
}

/** A consumer of new versions. */
export interface Observer {
  next(change: Transition): void;
  /** No version follows. */
  complete?(): void;
}

/** The pump of an attachment, made at the first need. */
export function pumpOf(attachment: Attachment): EventPump {
  attachment.pump ??= new EventPump(attachment);
  return attachment.pump as EventPump;
}

// A pump with listeners keeps its configuration alive, which the program may hold nowhere else.
const listening = new Set<EventPump>();

/** The events of one configuration in one thread. */
export class EventPump {
  readonly #attachment: Attachment;
  readonly #observers = new Set<Observer>();
  readonly #errorListeners = new Set<(error: SuperConfigError) => unknown>();
  readonly #statusListeners = new Set<(report: object) => void>();
  #warns = false;
  #reports = false;
  #isSubscribed = false;
  #isDelivering = false;

  constructor(attachment: Attachment) {
    this.#attachment = attachment;
  }

  /** Makes failures of background reloads process warnings where they have no listener. */
  warn(): void {
    this.#warns = true;
    this.#subscribe();
  }

  /** Gets what happens for those who observe the channels of diagnostics. */
  report(): void {
    this.#reports = true;
    this.#subscribe();
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Adds a listener for failures; returns what removes it. */
  onError(listener: (error: SuperConfigError) => unknown): () => void {
    // A function of its own: each call counts, also with the same listener.
    return this.#add(this.#errorListeners, (error) => listener(error));
  }

  /** Adds a listener for reports of custom sources whose states have changed; returns what removes it. */
  onStatus(listener: (report: object) => void): () => void {
    return this.#add(this.#statusListeners, listener);
  }

  /** Adds a consumer of new versions; returns what removes it. */
  observe(observer: Observer): () => void {
    return this.#add(this.#observers, observer);
  }

  /** Delivers what has happened since the last time. */
  deliver(): void {
    // What a listener causes is delivered by the loop that called it.
    if (this.#isDelivering || !this.#isSubscribed) return;
    this.#isDelivering = true;
    try {
      while (!this.#attachment.closed && this.#isSubscribed) {
        const events = native().takeEvents(this.#attachment.id);
        if (events == null) return;
        const [report, previous, current] = events;
        this.#dispatch(JSON.parse(report) as Report, previous == null || current == null ? undefined : [previous, current]);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  /** Completes the observers; nothing is delivered any more. */
  end(): void {
    const observers = [...this.#observers];
    this.#observers.clear();
    this.#errorListeners.clear();
    this.#statusListeners.clear();
    this.#isSubscribed = false;
    listening.delete(this);
    for (const observer of observers) observer.complete?.();
  }

  #dispatch({ change, failure, background, changeFirst, sources = [], reloadRequested }: Report, versions: [Version, Version] | undefined): void {
    const dispatchChange = () => {
      if (change === undefined || versions === undefined) return;
      publish('change', () => ({ name: this.#name, version: change.version, changed: change.changed }));
      const whole = transition(change.version, change.changed, ...versions);
      for (const observer of [...this.#observers]) {
        if (this.#observers.has(observer)) observer.next(whole);
      }
    };
    if (changeFirst) dispatchChange();
    if (failure !== undefined) this.#fail(this.#original(fromReport(failure)), background);
    if (!changeFirst) dispatchChange();
    for (const source of sources) {
      for (const listener of [...this.#statusListeners]) {
        if (this.#statusListeners.has(listener)) listener(source);
      }
    }
    if (reloadRequested) this.#attachment.refresh?.();
  }

  /** The failure of a custom source as this thread saw it, with what it threw. */
  #original(error: SuperConfigError): SuperConfigError {
    const original = error.code === 'ERR_SUPERCONFIG_SOURCE' ? this.#attachment.sources.failureOf(error.origin?.source) : undefined;
    return original ?? error;
  }

  get #name(): string | undefined {
    return (JSON.parse(native().describe(this.#attachment.id, 'name')) as string | null) ?? undefined;
  }

  #fail(error: SuperConfigError, isBackground: boolean): void {
    publishFailure(error, () => ({ name: this.#name, version: currentVersion(this.#attachment) }));
    for (const listener of [...this.#errorListeners]) {
      if (this.#errorListeners.has(listener)) callListener('error', listener, error);
    }
    if (this.#errorListeners.size === 0 && isBackground && this.#warns) {
      const stays = error.code === 'ERR_SUPERCONFIG_SOURCE' ? 'what it gave last stays in use' : 'a reload failed, the last good configuration stays in use';
      process.emitWarning(`${stays}: ${error.message}`, { type: 'SuperConfigWarning', code: error.code });
    }
  }

  #add<T>(listeners: Set<T>, listener: T): () => void {
    listeners.add(listener);
    this.#subscribe();
    return () => {
      listeners.delete(listener);
      this.#subscribe();
    };
  }

  /** Subscribes in the addon as long as there are listeners. */
  #subscribe(): void {
    const attachment = this.#attachment;
    if (attachment.closed) return;
    const hasListeners = this.#observers.size + this.#errorListeners.size + this.#statusListeners.size > 0;
    if (hasListeners) listening.add(this);
    else listening.delete(this);
    const wanted = hasListeners || this.#warns || this.#reports;
    if (wanted === this.#isSubscribed) return;
    this.#isSubscribed = wanted;
    // The addon holds the callback as long as the attachment is open, which must not keep this alive in turn.
    const weak = new WeakRef(this);
    native().subscribe(attachment.id, wanted ? () => weak.deref()?.deliver() : undefined);
  }
}

/** Calls a listener; what it throws, or rejects with, becomes a process warning. */
export function callListener<E>(event: string, listener: (argument: E) => unknown, argument: E): void {
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

/** What was thrown, as text; some values cannot be converted. */
function textOf(thrown: unknown): string {
  try {
    return isError(thrown) ? (thrown.stack ?? thrown.message) : String(thrown);
  } catch {
    return kindOf(thrown);
  }
}
