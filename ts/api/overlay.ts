// A configuration with values laid over those of another one.
import type { Attachment } from '../engine/attachment.js';
import { load, loadSync } from '../engine/load.js';
import type { LoadRequest } from '../engine/load-request.js';
import { fromNative } from '../engine/native-error.js';
import { readTree, sync } from '../engine/read-cache.js';
import { isSuperConfigError } from '../internal/errors.js';
import { defaults, overrides } from './sources.js';

/** The request of a configuration with layers above its own. Where another thread loaded it, it is made of what its values are. */
function overlaidRequest(attachment: Attachment, layers: readonly object[]): LoadRequest {
  const { request } = attachment;
  const above = layers.map((values) => overrides(values));
  if (request === undefined) {
    const sources = [defaults(readTree(attachment) as object, { directives: false }), ...above];
    return { options: { profiles: [] }, sources, environment: {}, validator: undefined };
  }
  // The name is taken, and nothing waits for files.
  const { name: _, replaceName: __, watch: ___, ...options } = request.options;
  return { ...request, options, sources: [...request.sources, ...above] };
}

/** Opens a configuration with layers above those of another one; at once where nothing has to be awaited. */
export function openOverlaid<R>(attachment: Attachment, layers: readonly object[], open: (attachment: Attachment) => R): R | Promise<R> {
  sync(attachment);
  const request = overlaidRequest(attachment, layers);
  try {
    return open(loadSync(request));
  } catch (thrown) {
    const error = fromNative(thrown);
    if (!isSuperConfigError(error) || error.code !== 'ERR_SUPERCONFIG_ASYNC') throw error;
    return load(request).then(open, (thrown) => {
      throw fromNative(thrown);
    });
  }
}
