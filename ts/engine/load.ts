// Loads and reloads: custom sources are called, the addon prepares a version, a schema checks it, the addon publishes it.
import { native } from './addon.js';
import { Attachment, PINNED } from './attachment.js';
import { closedError } from './closed-error.js';
import { customSourcesOf, joinFailures, withProfiles } from './custom-sources.js';
import { deriveSteps } from './derive.js';
import { isObserved } from './diagnostics.js';
import { exportDotenv } from './dotenv-export.js';
import { checkEnvironment } from './environment.js';
import { pumpOf } from './event-pump.js';
import { type Bounds, MAX_TIMEOUT_MS } from './lifetime.js';
import { isCheckedByHost, type LoadRequest, toText } from './load-request.js';
import { observedLoad, observedReload } from './observed-load.js';
import { refresher } from './refresher.js';
import { NoCustomSources, type Sources } from './sources.js';
import { runAsync, runSync, type Steps, settled } from './steps.js';

/**
 * The outcome of a reload.
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

/** What a version is prepared from: the request, the environment, and the attachment of a reload. */
type Given = [request: string | undefined, environment: string | undefined, attachment?: number];

/** Loads on this thread. @throws `ERR_SUPERCONFIG_ASYNC` where a source or the schema has to be awaited. */
export function loadSync(request: LoadRequest): Attachment {
  return hasSteps(request) || isObserved() ? runSync(loading(request, false)) : loadAtOnce(request);
}

/** Loads on another thread. The environment is captured at once. */
export function load(request: LoadRequest): Promise<Attachment> {
  return runAsync(loading(request, true));
}

/** Loads everything again, on this thread. */
export function reloadSync(attachment: Attachment): ReloadResult {
  try {
    return runSync(reloading(attachment, false, false));
  } finally {
    attachment.pump?.deliver();
  }
}

/** Loads everything again, on another thread; in the background where no caller waits for it. */
export async function reload(attachment: Attachment, isBackground: boolean): Promise<ReloadResult> {
  try {
    return await runAsync(reloading(attachment, true, isBackground));
  } finally {
    attachment.pump?.deliver();
  }
}

/** Whether JavaScript has a part in the load: values to give, to derive or to check, which may have to be awaited. */
function hasSteps({ sources, validator }: LoadRequest): boolean {
  return validator !== undefined || sources.some(({ implementation }) => implementation !== undefined);
}

/** A load without steps, as most are: by a generator it takes half a microsecond more, of the thirteen for a small file. */
function loadAtOnce(request: LoadRequest): Attachment {
  if (request.environment !== undefined) checkEnvironment(request.environment);
  const sources = new NoCustomSources(request);
  const { environment } = sources.collect(false);
  return opened(prepare(toText(request), environment), request, sources);
}

/** Opens the attachment of a load that has just been published, and begins what goes on with it. */
function opened(id: number | string, request: LoadRequest, sources: Sources): Attachment {
  const attachment = Attachment.open(id as number, request, sources);
  try {
    sources.open(attachment.id);
    if (request.sources.some((source) => source.kind === 'dotenv' && source.export === true)) attachment.exported = exportDotenv(attachment.id);
    if (request.options.watch !== undefined) {
      attachment.refresh = refresher(new WeakRef(attachment), (open) => reload(open, true));
      pumpOf(attachment).warn();
      sources.watch(attachment.refresh);
    }
    return attachment;
  } catch (thrown) {
    attachment.close();
    throw thrown;
  }
}

/** The steps of a load, which are published where anybody listens when it begins. */
function loading(request: LoadRequest, isAsync: boolean): Steps<Attachment> {
  const steps = loadSteps(request, isAsync);
  return isObserved() ? observedLoad(request, steps) : steps;
}

/** Those of a reload. */
function reloading(attachment: Attachment, isAsync: boolean, isBackground: boolean): Steps<ReloadResult> {
  const steps = reloadSteps(attachment, isAsync, isBackground);
  return isObserved() ? observedReload(attachment, steps) : steps;
}

function* loadSteps(given: LoadRequest, isAsync: boolean): Steps<Attachment> {
  if (given.environment !== undefined) checkEnvironment(given.environment);
  const isCustom = given.sources.some(({ kind }) => kind === 'custom');
  const request = isCustom ? withProfiles(given) : given;
  const sources: Sources = isCustom ? customSourcesOf(request) : new NoCustomSources(request);
  try {
    const { answers, failures, environment } = sources.isEmpty ? sources.collect(false) : yield* sources.collect(0, false, isAsync);
    if (failures.length > 0) throw joinFailures(failures);
    const bounds = { lifetime: sources.lifetime, isBackground: false };
    const given: Given = [toText(request, answers), environment];
    const id = isAsync || isCheckedByHost(request) ? yield* versionSteps(given, request, bounds, isAsync) : prepare(...given);
    if (!sources.isEmpty) sources.accept(answers);
    return opened(id, request, sources);
  } catch (thrown) {
    sources.end();
    throw thrown;
  }
}

function* reloadSteps(attachment: Attachment, isAsync: boolean, isBackground: boolean): Steps<ReloadResult> {
  attachment.assertOpen();
  const { id, request, sources } = attachment;
  // Drawn before the sources are called: the answers of the reload that calls them last stay.
  const turn = sources.isEmpty ? undefined : native().beginReload(id);
  const { answers, environment } = sources.isEmpty ? sources.collect(isBackground) : yield* sources.collect(turn ?? 0, isBackground, isAsync);
  attachment.assertOpen();
  const isChecked = request !== undefined && isCheckedByHost(request);
  const { exported } = attachment;
  const options = { turn, exported, supplied: answers.size > 0 ? [...answers] : undefined, background: isBackground, validated: isChecked };
  const isPlain = sources.isEmpty && exported === undefined && !isBackground && !isChecked;
  const given: Given = [isPlain ? undefined : JSON.stringify(options), environment, id];
  const reloaded = isAsync || isChecked ? yield* versionSteps(given, request, { lifetime: sources.lifetime, isBackground }, isAsync) : prepare(...given);
  if (!sources.isEmpty) sources.accept(answers);
  return typeof reloaded === 'number' ? { version: reloaded, changed: [] } : (JSON.parse(reloaded) as ReloadResult);
}

/** Prepares a version on this thread. */
function prepare(text: string | undefined, environment: string | undefined, attachment?: number): number | string {
  return native().prepare(text, environment, attachment, PINNED);
}

/** Prepares a version on another thread, which may have to wait for the file system without end: then only the caller waits with it. */
function prepareAsync([text, environment, attachment]: Given, { lifetime, isBackground }: Bounds): Promise<number> {
  return new Promise((resolve, reject) => {
    // The addon keeps no process alive.
    const waiting = isBackground ? undefined : setInterval(() => {}, MAX_TIMEOUT_MS);
    let isAwaited = true;
    const stop = () => {
      isAwaited = false;
      clearInterval(waiting);
      removeCallback();
    };
    const removeCallback = lifetime.onEnd(() => {
      isAwaited = false;
      clearInterval(waiting);
      reject(closedError('configuration'));
    });
    const done = (error?: string | null, prepared?: number | null) => {
      if (!isAwaited) {
        if (prepared != null) native().discard(prepared);
        return;
      }
      stop();
      if (prepared == null) reject(new Error(error ?? undefined));
      else resolve(prepared);
    };
    try {
      native().prepareAsync(text, environment, attachment, done);
    } catch (thrown) {
      stop();
      reject(thrown);
    }
  });
}

/** Prepares a version and publishes it, once its layers are derived, with what the schema makes of its values. */
function* versionSteps(given: Given, request: LoadRequest | undefined, bounds: Bounds, isAsync: boolean): Steps<number | string> {
  const prepared = isAsync ? yield* settled(prepareAsync(given, bounds), 'the load') : (prepare(...given) as number);
  try {
    if (request?.sources.some(({ kind }) => kind === 'derive')) yield* deriveSteps(prepared, request, bounds);
    const validator = request?.validator;
    const output = validator && (yield* settled(validator.validate(prepared, bounds), 'the schema'));
    return native().commit(prepared, output, PINNED);
  } catch (thrown) {
    native().discard(prepared);
    throw thrown;
  }
}
