// Loads and reloads that are published on the channels of diagnostics.
import type { Attachment } from './attachment.js';
import { pumpOf } from './event-pump.js';
import type { LoadRequest } from './load-request.js';
import { publish, publishFailure } from './publication.js';
import { currentVersion } from './read-cache.js';
import type { Steps } from './steps.js';

/** Milliseconds that only grow; of the process, as a context of its own has no `performance`. */
const now = () => Number(process.hrtime.bigint()) / 1e6;

/** A load that is published, and so is whatever reloads the configuration after it, in whatever thread. */
export function* observedLoad(request: LoadRequest, steps: Steps<Attachment>): Steps<Attachment> {
  const begun = now();
  const about = () => ({ name: request.options.name as string | undefined, durationMs: now() - begun });
  try {
    const attachment = yield* steps;
    publish('load', () => ({ ...about(), version: attachment.version }));
    pumpOf(attachment).report();
    return attachment;
  } catch (thrown) {
    publishFailure(thrown, about);
    throw thrown;
  }
}

/** A reload that is published, unless the pump does so; from then on it does. */
export function* observedReload<Result extends { version: number; changed: string[] }>(attachment: Attachment, steps: Steps<Result>): Steps<Result> {
  const begun = now();
  const name = attachment.request?.options.name as string | undefined;
  const about = () => ({ name, durationMs: now() - begun });
  const isPublished = () => attachment.closed || attachment.pump?.isSubscribed;
  try {
    const result = yield* steps;
    if (result.changed.length > 0 && !isPublished()) publish('change', () => ({ ...about(), ...result }));
    return result;
  } catch (thrown) {
    if (!isPublished()) publishFailure(thrown, () => ({ ...about(), version: currentVersion(attachment) }));
    throw thrown;
  } finally {
    if (!attachment.closed) pumpOf(attachment).report();
  }
}
