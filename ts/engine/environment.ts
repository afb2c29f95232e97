// The environment of a load, captured on the thread that starts it.
import { unpairedSurrogate } from '../internal/unicode.js';
import { optionError } from '../internal/validate.js';
import { native, requireModule } from './addon.js';
import type { Environment } from './load-request.js';

let mainThread: boolean | undefined;

/** Whether this is no worker thread. A worker never runs on the thread that its process began with; Node's own answer takes 3 ms to load. */
function isMainThread(): boolean {
  mainThread ??= native().onInitialThread() || (requireModule('node:worker_threads') as typeof import('node:worker_threads')).isMainThread;
  return mainThread;
}

/** An environment whose names and values are text. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkEnvironment(given: Environment): Environment {
  for (const [name, value] of Object.entries(given)) {
    if (unpairedSurrogate(name) >= 0 || (typeof value === 'string' && unpairedSurrogate(value) >= 0)) {
      throw optionError(`the environment's ${name} holds half of a surrogate pair`);
    }
  }
  return given;
}

/**
 * The program's own environment, or `undefined` where the addon reads the process's. A worker's `process.env` is a copy of
 * its own that only JavaScript can see.
 */
export function captureEnvironment(): Environment | undefined {
  return isMainThread() ? undefined : { ...process.env };
}
