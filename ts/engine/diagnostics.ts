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

/** Whether anybody listens to one of the channels. Costs their properties. */
export function isObserved(): boolean {
  return channelOf('load').hasSubscribers || channelOf('change').hasSubscribers || channelOf('error').hasSubscribers;
}
