import type { LoosePath } from '../api/typed-path.js';
import { type Frame, fromNative, guard, isSuperConfigError, SuperConfigError, startAt } from '../internal/errors.js';
import { type Attached, generationWords, type NativeValue, native } from './addon.js';
import { decode } from './codec.js';
import type { Events } from './event-pump.js';
import type { Opening } from './load.js';
import { type NativePath, showPath, toNativePath } from './path.js';

/** What a configuration and its handles share in one thread. */
export interface State {
  /** Of the addon's generation words the one of this configuration; after closing, one that no generation equals. */
  word: Uint32Array;
  /** The word as it was when the caches were last found to hold. */
  seen: number;
  /** The generation that the caches belong to. */
  generation: number;
  version: number;
  readonly attachment: number;
  closed: boolean;
  /** Values by dotted path. */
  readonly cache: Map<string, unknown>;
  /** Values by the JSON text of their segments. */
  readonly segmentCache: Map<string, unknown>;
  /** Dotted paths that were asked for and lead nowhere, a limited number of them. */
  readonly absent: Set<string>;
  /** The whole tree, once somebody asked for it. */
  tree: unknown;
  /** What it was loaded from; nothing where it is attached. */
  readonly opening: Opening | undefined;
  /** Who listens, once somebody does. */
  events: Events | undefined;
  /** Reloads where only JavaScript can: because it checks each version, or has sources of its own. */
  refresh: (() => void) | undefined;
  /** How many times custom sources were asked. */
  asked: number;
  /** The last time whose answers were taken. */
  answered: number;
  /** Why custom sources failed in the last reload, by their names. */
  readonly failures: Map<string, SuperConfigError>;
  /** Ends what watches custom sources. */
  readonly stops: (() => void)[];
}

// A closed state has seen -1, which its word is not, so every read takes the slow way and fails there.
const CLOSED_WORD = Uint32Array.of(0xffff_ffff);

const dropped = new FinalizationRegistry<Pick<State, 'attachment' | 'stops'>>(({ attachment, stops }) => {
  stopAll(stops);
  try {
    native().close(attachment);
  } catch {
    // There is nobody to tell, and nothing is lost: the addon has already let it go.
  }
});

/** Opens the state of an attachment; the addon lets go of it when the state is closed or no longer reachable. */
export function openState(attached: Attached, opening?: Opening): State {
  const [attachment, configId, generation, version] = attached;
  const state: State = {
    word: generationWords().subarray(configId & 4095, (configId & 4095) + 1),
    seen: generation,
    generation,
    version,
    attachment,
    closed: false,
    cache: new Map(),
    segmentCache: new Map(),
    absent: new Set(),
    tree: undefined,
    opening,
    events: undefined,
    refresh: undefined,
    asked: 0,
    answered: 0,
    failures: new Map(),
    stops: [],
  };
  dropped.register(state, { attachment, stops: state.stops }, state);
  return state;
}

/** Closes a state; safe to repeat. */
export function closeState(state: State): void {
  if (state.closed) return;
  state.closed = true;
  dropped.unregister(state);
  clear(state);
  state.word = CLOSED_WORD;
  state.seen = -1;
  stopAll(state.stops);
  state.events?.end();
  native().close(state.attachment);
}

function stopAll(stops: (() => void)[]): void {
  for (const stop of stops.splice(0)) {
    try {
      stop();
    } catch (thrown) {
      process.emitWarning(`a custom source does not end its watch: ${thrown}`, { type: 'SuperConfigWarning', code: 'ERR_SUPERCONFIG_SOURCE' });
    }
  }
}

function clear(state: State): void {
  state.cache.clear();
  state.segmentCache.clear();
  state.absent.clear();
  state.tree = undefined;
}

/** Fails with `CLOSED` where the state is closed. */
export function assertOpen(state: State, frame: Frame): void {
  if (state.closed) throw startAt(closedError(), frame);
}

/** The error of everything that is used after it was closed. */
export function closedError(what = 'configuration'): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_CLOSED', `the ${what} is closed`);
}

/** Moves to the newest version. The word may also have changed for another configuration: then the caches stay. */
export function sync(state: State, frame: Frame): void {
  assertOpen(state, frame);
  // Looked at first: a version that comes in between then costs another look, never a value that is out of date.
  const seen = state.word[0] as number;
  const [generation, version] = guard(frame, () => native().sync(state.attachment));
  state.seen = seen;
  if (generation === state.generation) return;
  clear(state);
  state.generation = generation;
  state.version = version;
}

/** The frozen whole, made once per version. */
export function readTree(state: State, frame: Frame): unknown {
  if (state.word[0] !== state.seen) sync(state, frame);
  if (state.tree === undefined) state.tree = guard(frame, () => toValue(native().read(state.attachment, '', false)));
  return state.tree;
}

/** A value from the addon as JavaScript sees it. */
export function toValue(value: NativeValue, freeze = true): unknown {
  return Array.isArray(value) ? decode(value, freeze) : value;
}

/** The same for `JSON.stringify`, which takes no `bigint`: the text of its digits stands in its place. */
export function toJsonValue(value: NativeValue): unknown {
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? decode(value, false, String) : value;
}

/** The value at a path of a state that is in sync, or `undefined`; made once per version. */
export function lookUp(state: State, path: LoosePath, frame: Frame): unknown {
  return guard(frame, () => {
    const { text, segments } = toNativePath(path);
    if (text === (segments ? '[]' : '')) return readTree(state, frame);
    const cache = segments ? state.segmentCache : state.cache;
    const cached = cache.get(text);
    if (cached !== undefined) return cached;
    const value = toValue(native().read(state.attachment, text, segments));
    if (value !== undefined) cache.set(text, value);
    return value;
  });
}

// Programs ask for few paths that are not there, but for those again and again; whoever makes up paths must not fill the memory.
const MAX_ABSENT = 1000;

/** Like `lookUp`, and nothing is there where the path is malformed. Asking again for what is not there costs a `Set` lookup. */
export function lookUpLeniently(state: State, path: LoosePath, frame: Frame): unknown {
  if (typeof path !== 'string') return lookUpWellFormed(state, path, frame);
  const cached = state.cache.get(path);
  if (cached !== undefined || state.absent.has(path)) return cached;
  const value = lookUpWellFormed(state, path, frame);
  if (value === undefined) {
    if (state.absent.size === MAX_ABSENT) state.absent.clear();
    state.absent.add(path);
  }
  return value;
}

function lookUpWellFormed(state: State, path: LoosePath, frame: Frame): unknown {
  try {
    return lookUp(state, path, frame);
  } catch (error) {
    if (isSuperConfigError(error) && error.code === 'ERR_SUPERCONFIG_PATH') return undefined;
    throw error;
  }
}

/** The error of a path that is not there, with the nearest one that is. */
export function unknownPath(state: State, path: LoosePath, frame: Frame): Error {
  const shown = showPath(path);
  const nearest = nearestPath(state, toNativePath(path));
  const error = new SuperConfigError('ERR_SUPERCONFIG_PATH', `there is no \`${shown}\``, {
    path: shown,
    ...(nearest === undefined ? {} : { hint: `did you mean \`${nearest}\`?` }),
  });
  return startAt(error, frame);
}

function nearestPath(state: State, { text, segments }: NativePath): string | undefined {
  try {
    return native().nearest(state.attachment, text, segments) ?? undefined;
  } catch (thrown) {
    // The hint is an extra; without it the error still says what is missing.
    if (isSuperConfigError(fromNative(thrown))) return undefined;
    throw thrown;
  }
}
