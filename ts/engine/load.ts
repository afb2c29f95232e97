// Loads and reloads: at once where the addon does all of it, else by steps.
import { Attachment } from './attachment.js';
import { isObserved } from './diagnostics.js';
import { exportDotenv } from './dotenv-export.js';
import { checkEnvironment } from './environment.js';
import { pumpOf } from './event-pump.js';
import { isCheckedByHost, type LoadRequest, toCrossing } from './load-request.js';
import { loadAsync, loadInSteps, reloadAsync, reloadInSteps } from './load-steps.js';
import { prepare } from './prepare.js';
import { refresher } from './refresher.js';
import { type ReloadResult, toReloadResult } from './reload-result.js';
import { type Collected, NoCustomSources, type Sources } from './sources.js';

/** Loads on this thread. @throws `ERR_SUPERCONFIG_ASYNC` where a source or the schema has to be awaited. */
export function loadSync(request: LoadRequest): Attachment {
  return hasSteps(request) || isObserved() ? loadInSteps(request, opened) : loadAtOnce(request);
}

/** Loads on another thread. The environment is captured at once. */
export function load(request: LoadRequest): Promise<Attachment> {
  return loadAsync(request, opened);
}

/** Loads everything again, on this thread. */
export function reloadSync(attachment: Attachment): ReloadResult {
  try {
    return isAtOnce(attachment) && !isObserved() ? reloadAtOnce(attachment) : reloadInSteps(attachment);
  } finally {
    attachment.pump?.deliver();
  }
}

/** Loads everything again, on another thread; in the background where no caller waits for it. */
export async function reload(attachment: Attachment, isBackground: boolean): Promise<ReloadResult> {
  try {
    return await reloadAsync(attachment, isBackground);
  } finally {
    attachment.pump?.deliver();
  }
}

/** Whether JavaScript has a part in the load: values to give, to derive or to check, which may have to be awaited. */
function hasSteps({ sources, validator }: LoadRequest): boolean {
  return validator !== undefined || sources.some(({ implementation }) => implementation !== undefined);
}

/** A load without steps, as most are: by a generator it takes half a microsecond more, of the twelve for a small file. */
function loadAtOnce(request: LoadRequest): Attachment {
  if (request.environment !== undefined) checkEnvironment(request.environment);
  const sources = new NoCustomSources(request);
  const collected = sources.collect(false);
  const [text, environment] = toCrossing(request, collected.environment);
  return opened(prepare(text, environment), request, sources, collected.answers);
}

/** Opens the attachment of a load that has just been published, and begins what goes on with it. */
function opened(id: number | string, request: LoadRequest, sources: Sources, answers: Collected['answers']): Attachment {
  const attachment = Attachment.open(id as number, request, sources);
  try {
    sources.open();
    if (!sources.isEmpty) sources.accept(answers);
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

/** Whether a reload has no steps, and nothing to tell the addon. */
function isAtOnce({ closed, request, sources, exported }: Attachment): boolean {
  return !closed && sources.isEmpty && exported === undefined && (request === undefined || !isCheckedByHost(request));
}

function reloadAtOnce({ id, sources }: Attachment): ReloadResult {
  const { environment } = (sources as NoCustomSources).collect(false);
  return toReloadResult(prepare(undefined, environment, id));
}
