// Loads and reloads by steps: custom sources are called, the addon prepares a version, a schema checks it, the addon publishes it.
import { native } from './addon.js';
import { type Attachment, PINNED } from './attachment.js';
import { closedError } from './closed-error.js';
import { customSourcesOf, joinFailures, withProfiles } from './custom-sources.js';
import { deriveSteps } from './derive.js';
import { isObserved } from './diagnostics.js';
import { checkEnvironment } from './environment.js';
import { type Bounds, MAX_TIMEOUT_MS } from './lifetime.js';
import { isCheckedByHost, type LoadRequest, toCrossing } from './load-request.js';
import { observedLoad, observedReload } from './observed-load.js';
import { prepare } from './prepare.js';
import { type ReloadResult, toReloadResult } from './reload-result.js';
import { type Collected, NoCustomSources, type Sources } from './sources.js';
import { runAsync, runSync, type Steps, settled } from './steps.js';

/** What a version is prepared from: the request, the environment, and the attachment of a reload. */
type Given = Parameters<typeof prepare>;

/** Opens the attachment of a load that has just been published: at once, as the next call of the addon may overwrite what it reads. */
type Open = (id: number | string, request: LoadRequest, sources: Sources, answers: Collected['answers']) => Attachment;

/** Loads on this thread. @throws `ERR_SUPERCONFIG_ASYNC` where a source or the schema has to be awaited. */
export function loadInSteps(request: LoadRequest, open: Open): Attachment {
  return runSync(loading(request, open, false));
}

/** Loads on another thread. */
export function loadAsync(request: LoadRequest, open: Open): Promise<Attachment> {
  return runAsync(loading(request, open, true));
}

/** Loads everything again, on this thread. */
export function reloadInSteps(attachment: Attachment): ReloadResult {
  return runSync(reloading(attachment, false, false));
}

/** Loads everything again, on another thread. */
export function reloadAsync(attachment: Attachment, isBackground: boolean): Promise<ReloadResult> {
  return runAsync(reloading(attachment, true, isBackground));
}

/** The steps of a load, which are published where anybody listens when it begins. */
function loading(request: LoadRequest, open: Open, isAsync: boolean): Steps<Attachment> {
  const steps = loadSteps(request, open, isAsync);
  return isObserved() ? observedLoad(request, steps) : steps;
}

/** Those of a reload. */
function reloading(attachment: Attachment, isAsync: boolean, isBackground: boolean): Steps<ReloadResult> {
  const steps = reloadSteps(attachment, isAsync, isBackground);
  return isObserved() ? observedReload(attachment, steps) : steps;
}

function* loadSteps(given: LoadRequest, open: Open, isAsync: boolean): Steps<Attachment> {
  if (given.environment !== undefined) checkEnvironment(given.environment);
  const isCustom = given.sources.some(({ kind }) => kind === 'custom');
  const request = isCustom ? withProfiles(given) : given;
  const sources: Sources = isCustom ? customSourcesOf(request) : new NoCustomSources(request);
  try {
    const { answers, failures, environment } = sources.isEmpty ? sources.collect(false) : yield* sources.collect(0, false, isAsync);
    if (failures.length > 0) throw joinFailures(failures);
    const bounds = { lifetime: sources.lifetime, isBackground: false };
    const given: Given = toCrossing(request, environment, answers);
    const id = isAsync || isCheckedByHost(request) ? yield* versionSteps(given, request, bounds, isAsync) : prepare(...given);
    return open(id, request, sources, answers);
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
  return toReloadResult(reloaded);
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
