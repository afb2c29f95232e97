// Reloads in the background where only JavaScript can reload.
import type { Attachment } from './attachment.js';

/** A function that reloads in the background when called; called again meanwhile, once more after that. */
export function refresher(attachment: WeakRef<Attachment>, reload: (attachment: Attachment) => Promise<unknown>): () => void {
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
        await reload(open).catch(() => {});
      }
      requested = 0;
    })();
  };
}
