import { ask, askSync, type CustomSource, implementationOf, isPromiseLike, reasonOf, type SourceContext, type Supplied } from '../api/custom-source.js';
import type { Source } from '../api/sources.js';
import { captureStack, type Frame, fromNative, guard, SuperConfigError, startAt, withStack } from '../internal/errors.js';
import { jsonSchemaOf, type StandardSchema, validate } from '../schema/standard-schema.js';
import { type Attached, captureEnvironment, native } from './addon.js';
import { assertOpen, openState, type State } from './attachment.js';
import type { Encoded } from './codec.js';
import { eventsOf } from './event-pump.js';

/**
 * What a reload did.
 *
 * @example
 * ```ts
 * const { version, changed }: ReloadResult = config.reloadSync();
 * [version, changed]; // [1, []]
 * ```
 */
export interface ReloadResult {
  /** The version after it. */
  version: number;
  /** The leaves that were set, changed or removed, sorted; empty when nothing changed. */
  changed: string[];
}

/** What a configuration is loaded from. */
export interface Opening {
  /** What crosses to the addon beside the sources. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly sources: readonly Source[];
  /** The environment that the user gave, if any. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  readonly schema: StandardSchema | undefined;
}

/** Custom sources by their places among the sources. */
function customOf({ sources }: Opening): [place: number, source: CustomSource][] {
  return sources.flatMap((source, place) => {
    const implementation = implementationOf(source);
    return implementation === undefined ? [] : ([[place, implementation]] as [number, CustomSource][]);
  });
}

/** The options as they cross to the addon, with what custom sources gave. */
function toText({ options, sources, schema }: Opening, supplied: ReadonlyMap<number, Supplied> = new Map()): string {
  return JSON.stringify({
    ...options,
    // Its types guide texts, and its marks tell secrets.
    ...(schema !== undefined && { validated: true, jsonSchema: jsonSchemaOf(schema) }),
    sources: sources.map((source, place) => (source.kind === 'custom' ? { ...source, implementation: undefined, value: {}, ...supplied.get(place) } : source)),
  });
}

/** The custom sources of an opening, and what they are told: with the environment as it is now. */
interface Asking {
  custom: [place: number, source: CustomSource][];
  context: SourceContext | undefined;
  /** The environment for the addon, which belongs to the same moment; nothing where the addon captures it itself. */
  environment: string | undefined;
}

/** Copying the whole environment costs more than a small load: that is done for custom sources alone. */
function asking(opening: Opening): Asking {
  const custom = customOf(opening);
  if (custom.length === 0) return { custom, context: undefined, environment: captureEnvironment(opening.environment) };
  const env = Object.freeze({ ...(opening.environment ?? process.env) });
  const environment = captureEnvironment(env);
  const context = JSON.parse(native().sourceContext(toText(opening), environment)) as Omit<SourceContext, 'env'>;
  return { custom, context: Object.freeze({ ...context, env }), environment };
}

/** Loads on this thread. */
export function loadSync(opening: Opening, frame: Frame): State {
  return guard(frame, () => {
    const { custom, context, environment } = asking(opening);
    const given = custom.map(([place, source]) => [place, settle(() => askSync(source, context as SourceContext))] as const);
    const text = toText(opening, demand(given));
    if (opening.schema === undefined) return opened(native().load(text, environment), opening, context);
    const pending = native().prepare(text, environment);
    return opened(native().commitLoad(pending, now(pending, validate(opening.schema, pending))), opening, context);
  });
}

/** Loads on another thread. The environment is captured now. `frames` is where the user called. */
export async function load(opening: Opening, frames: string): Promise<State> {
  try {
    const { custom, context, environment } = asking(opening);
    const answers = custom.map(async ([place, source]) => [place, await ask(source, context as SourceContext).catch(failed)] as const);
    const text = toText(opening, demand(await Promise.all(answers)));
    if (opening.schema === undefined) return opened(await native().loadAsync(text, environment), opening, context);
    const pending = await native().prepareAsync(text, environment);
    return opened(native().commitLoad(pending, await validate(opening.schema, pending)), opening, context);
  } catch (thrown) {
    throw withStack(startAt(fromNative(thrown), load), frames);
  }
}

/** A source's failure, until it is known whether others fail too. */
class Failed {
  constructor(readonly error: SuperConfigError) {}
}

function failed(thrown: unknown): Failed {
  return new Failed(thrown as SuperConfigError);
}

function settle(ask: () => Encoded): Encoded | Failed {
  try {
    return ask();
  } catch (thrown) {
    return failed(thrown);
  }
}

/** What the sources gave; for a first load each must have given something. */
function demand(answers: readonly (readonly [place: number, answer: Encoded | Failed])[]): Map<number, Encoded> {
  const failures = answers.flatMap(([, answer]) => (answer instanceof Failed ? [answer.error] : []));
  const [first] = failures;
  if (first === undefined) return new Map(answers as [number, Encoded][]);
  const other = failures.find(({ code }) => code !== 'ERR_SUPERCONFIG_SOURCE');
  if (failures.length === 1 || other !== undefined) throw other ?? first;
  const issues = failures.map(({ message, origin = {} }) => ({ message, origin }));
  throw new SuperConfigError('ERR_SUPERCONFIG_SOURCE', `${failures.length} sources failed${failures.map(({ message }) => `\n  ${message}`).join('')}`, {
    issues,
    cause: new AggregateError(failures.map(({ cause }) => cause)),
  });
}

/** What was validated at once; fails with `ASYNC` where it would have to be awaited. */
function now(pending: number, output: string | Promise<string>): string {
  if (!isPromiseLike(output)) return output;
  output.then(undefined, () => {});
  native().discard(pending);
  throw new SuperConfigError('ERR_SUPERCONFIG_ASYNC', 'the schema is asynchronous', {
    hint: 'use `load()` and `reload()` in place of `loadSync()` and `reloadSync()`',
  });
}

function opened(attached: Attached, opening: Opening, context: SourceContext | undefined): State {
  const state = openState(attached, opening);
  if (opening.options.watch === undefined) return state;
  const weak = new WeakRef(state);
  state.refresh = refresher(() => weak.deref());
  eventsOf(state).warn();
  if (context !== undefined) watchCustom(state, context);
  return state;
}

/** Reloads in the background when asked; asked again meanwhile, once more after that. */
function refresher(find: () => State | undefined): () => void {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked > 1) return;
    (async () => {
      for (let answered = 0; answered !== asked; ) {
        answered = asked;
        const state = find();
        if (state === undefined || state.closed) break;
        // Whoever listens is told of a failure.
        await reload(state, true).catch(() => {});
      }
      asked = 0;
    })();
  };
}

function watchCustom(state: State, context: SourceContext): void {
  const { refresh, stops } = state;
  for (const [, source] of customOf(state.opening as Opening)) {
    const complain = (thrown: unknown) => {
      process.emitWarning(`the source \`${source.name}\` cannot be watched: ${reasonOf(thrown)}`, {
        type: 'SuperConfigWarning',
        code: 'ERR_SUPERCONFIG_WATCH',
      });
    };
    const started = (stop: unknown) => {
      if (typeof stop === 'function') stops.push(stop as () => void);
    };
    try {
      const stop = source.watch?.(context, () => refresh?.());
      if (isPromiseLike(stop)) stop.then(started, complain);
      else started(stop);
    } catch (thrown) {
      complain(thrown);
    }
  }
}

/** What custom sources give for a reload, or why they give nothing: then what they gave last stays in use. */
function suppliedText(given: readonly (readonly [place: number, supplied: Supplied])[]): string | undefined {
  return given.length === 0 ? undefined : JSON.stringify(Object.fromEntries(given));
}

/** Keeps why a source failed for those who listen, and says it in words. */
function failure({ failures }: State, { name }: CustomSource, thrown: unknown): Supplied {
  const error = thrown as SuperConfigError;
  failures.set(name, error);
  return { error: reasonOf(error.cause) };
}

function askingAgain(opening: Opening | undefined): Asking {
  return opening === undefined ? { custom: [], context: undefined, environment: captureEnvironment() } : asking(opening);
}

/** Loads everything again, on this thread. */
export function reloadSync(state: State, frame: Frame): ReloadResult {
  assertOpen(state, frame);
  const { opening, attachment } = state;
  try {
    return guard(frame, () => {
      const { custom, context, environment } = askingAgain(opening);
      state.answered = ++state.asked;
      state.failures.clear();
      const given = custom.map(([place, source]) => {
        try {
          return [place, askSync(source, context as SourceContext)] as const;
        } catch (thrown) {
          if ((thrown as SuperConfigError).code === 'ERR_SUPERCONFIG_ASYNC') throw thrown;
          return [place, failure(state, source, thrown)] as const;
        }
      });
      const supplied = suppliedText(given);
      if (opening?.schema === undefined) return JSON.parse(native().reload(attachment, environment, supplied, false)) as ReloadResult;
      const pending = native().prepareReload(attachment, environment, supplied, false);
      return JSON.parse(native().commitReload(pending, now(pending, validate(opening.schema, pending)))) as ReloadResult;
    });
  } finally {
    state.events?.deliver();
  }
}

/** Loads everything again, on another thread. In the background nobody has called for it. */
export async function reload(state: State, background: boolean, frame: Frame = reload): Promise<ReloadResult> {
  const frames = captureStack(frame);
  const { opening, attachment } = state;
  try {
    assertOpen(state, frame);
    const { custom, context, environment: captured } = askingAgain(opening);
    // In the background the environment stays as it was captured.
    const environment = background ? undefined : captured;
    const turn = ++state.asked;
    state.failures.clear();
    const asked = custom.map(
      async ([place, source]) => [place, await ask(source, context as SourceContext).catch((thrown) => failure(state, source, thrown))] as const,
    );
    const given = await Promise.all(asked);
    // A reload that asked later may have been faster: what that one was given stays.
    const supplied = turn < state.answered ? undefined : suppliedText(given);
    state.answered = Math.max(turn, state.answered);
    if (opening?.schema === undefined) return JSON.parse(await native().reloadAsync(attachment, environment, supplied, background)) as ReloadResult;
    const pending = await native().prepareReloadAsync(attachment, environment, supplied, background);
    return JSON.parse(native().commitReload(pending, await validate(opening.schema, pending))) as ReloadResult;
  } catch (thrown) {
    throw withStack(fromNative(thrown), frames);
  } finally {
    state.events?.deliver();
  }
}
