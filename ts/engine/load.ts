// Loads and reloads: custom sources are called, the addon prepares a version, a schema checks it, the addon publishes it.
import { native } from './addon.js';
import { Attachment } from './attachment.js';
import { collectSources, joinFailures } from './custom-sources.js';
import { pumpOf } from './event-pump.js';
import { type LoadRequest, toText, type Validator } from './load-request.js';
import type { Attached } from './protocol.js';
import { runAsync, runSync, type Steps, settled } from './steps.js';

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

/** What a configuration that another thread loaded is reloaded from: the addon knows its sources. */
const ATTACHED: LoadRequest = { options: {}, sources: [], environment: undefined, validator: undefined };

/** Loads on this thread. @throws `ERR_SUPERCONFIG_ASYNC` where a source or the schema has to be awaited. */
export function loadSync(request: LoadRequest): Attachment {
  return runSync(loadSteps(request, false));
}

/** Loads on another thread. The environment is captured at once. */
export function load(request: LoadRequest): Promise<Attachment> {
  return runAsync(loadSteps(request, true));
}

/** Loads everything again, on this thread. */
export function reloadSync(attachment: Attachment): ReloadResult {
  try {
    return runSync(reloadSteps(attachment, false, false));
  } finally {
    attachment.pump?.deliver();
  }
}

/** Loads everything again, on another thread; in the background where no caller waits for it. */
export async function reload(attachment: Attachment, isBackground: boolean): Promise<ReloadResult> {
  try {
    return await runAsync(reloadSteps(attachment, true, isBackground));
  } finally {
    attachment.pump?.deliver();
  }
}

function* loadSteps(request: LoadRequest, isAsync: boolean): Steps<Attachment> {
  const { answers, failures, context, environment } = yield* collectSources(request);
  if (failures.length > 0) throw joinFailures(failures);
  const text = toText(request, environment, answers);
  const prepared = isAsync ? native().prepareAsync(text) : native().prepare(text);
  const attachment = Attachment.open((yield* publishSteps(prepared, request.validator)) as Attached, request);
  if (request.options.watch !== undefined) {
    attachment.refresh = refresher(new WeakRef(attachment));
    pumpOf(attachment).warn();
    if (context !== undefined) attachment.watches.start(request, context, attachment.refresh);
  }
  return attachment;
}

function* reloadSteps(attachment: Attachment, isAsync: boolean, isBackground: boolean): Steps<ReloadResult> {
  attachment.assertOpen();
  const number = ++attachment.started;
  const request = attachment.request ?? ATTACHED;
  const { answers, failures, environment } = yield* collectSources(request);
  attachment.failures = new Map(failures.map((error) => [error.origin?.source ?? '', error]));
  // A reload that started later may have been faster: its answers stay in use.
  const isLatest = number >= attachment.answered;
  attachment.answered = Math.max(number, attachment.answered);
  const text = JSON.stringify({
    // In the background the addon keeps the environment that it captured.
    env: isBackground ? undefined : environment,
    supplied: isLatest && answers.size > 0 ? [...answers] : undefined,
    background: isBackground,
    validated: request.validator !== undefined,
  });
  const prepared = isAsync ? native().prepareAsync(text, attachment.id) : native().prepare(text, attachment.id);
  return JSON.parse((yield* publishSteps(prepared, request.validator)) as string) as ReloadResult;
}

/** Publishes a prepared version with what the schema makes of its values. */
function* publishSteps(preparing: number | Promise<number>, validator: Validator | undefined): Steps<Attached | string> {
  const prepared = yield* settled(preparing, 'the load');
  if (validator === undefined) return native().commit(prepared);
  try {
    return native().commit(prepared, yield* settled(validator.validate(prepared), 'the schema'));
  } catch (thrown) {
    native().discard(prepared);
    throw thrown;
  }
}

/** Reloads in the background when called; called again meanwhile, once more after that. */
function refresher(attachment: WeakRef<Attachment>): () => void {
  let requested = 0;
  return () => {
    requested += 1;
    if (requested > 1) return;
    (async () => {
      for (let done = 0; done !== requested; ) {
        done = requested;
        const open = attachment.deref();
        if (open === undefined || open.closed) break;
        // Listeners get the failure.
        await reload(open, true).catch(() => {});
      }
      requested = 0;
    })();
  };
}
