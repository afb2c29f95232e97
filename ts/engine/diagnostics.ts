// The channels of `node:diagnostics_channel` on which loads, changes and failures are published.
import type { Channel } from 'node:diagnostics_channel';
import { builtin } from './builtin.js';

export type Subject = 'load' | 'change' | 'error';

let channels: Readonly<Record<Subject, Channel>> | undefined;

/** The channel of a subject. */
export function channelOf(subject: Subject): Channel {
  if (channels === undefined) {
    const { channel } = builtin('node:diagnostics_channel');
    channels = { load: channel('superconfig:load'), change: channel('superconfig:change'), error: channel('superconfig:error') };
  }
  return channels[subject];
}

/** Names of the modules that Node has loaded on this thread. It only grows. */
const { moduleLoadList } = process as unknown as { moduleLoadList?: unknown };
let modules = 0;

/** Whether the module of the channels is loaded, without which nobody can listen; where the runtime does not say, it may be. */
function isLoaded(): boolean {
  if (channels !== undefined || !Array.isArray(moduleLoadList)) return true;
  if (moduleLoadList.length === modules) return false;
  modules = moduleLoadList.length;
  return moduleLoadList.includes('NativeModule diagnostics_channel');
}

/** Whether anybody listens to one of the channels. Costs their properties; the first time that anybody can, loading their module. */
export function isObserved(): boolean {
  return isLoaded() && (channelOf('load').hasSubscribers || channelOf('change').hasSubscribers || channelOf('error').hasSubscribers);
}
