// The package where no addon can be loaded: in browsers, on the edge, in web workers. What it exports fails when it is used.
import { SuperConfigError } from './internal/errors.js';
import { type Frame, startAt } from './internal/stack.js';

export { isSuperConfigError, SuperConfigError } from './internal/errors.js';

/** What tools and consoles ask every function for is answered. */
const HARMLESS: readonly PropertyKey[] = ['name', 'length', 'prototype', 'then', 'toJSON'];

/** An export that throws, at the line that uses it, when it is called, constructed or has a property read. */
function unavailable(name: string): never {
  const fail = (frame: Frame): never => {
    const message = `superconfig runs on servers only, in Node, Bun and Deno: \`${name}\` was used in code for a browser, an edge runtime or a web worker`;
    const hint = 'import superconfig only in code that runs on the server, and hand the values on as data';
    throw startAt(new SuperConfigError('ERR_SUPERCONFIG_LOAD_NATIVE', message, { hint }), frame);
  };
  const use = (): never => fail(use);
  const get = (target: object, key: PropertyKey): unknown => {
    if (typeof key === 'symbol' || HARMLESS.includes(key)) return Reflect.get(target, key);
    return fail(get);
  };
  return new Proxy(function unavailable() {}, { apply: use, construct: use, get }) as never;
}

export const SuperConfig = unavailable('SuperConfig');
export const args = unavailable('args');
export const convert = unavailable('convert');
export const defaults = unavailable('defaults');
export const defineConfig = unavailable('defineConfig');
export const derive = unavailable('derive');
export const dir = unavailable('dir');
export const discover = unavailable('discover');
export const dotenv = unavailable('dotenv');
export const env = unavailable('env');
export const file = unavailable('file');
export const findProfiles = unavailable('findProfiles');
export const glob = unavailable('glob');
export const loadConfig = unavailable('loadConfig');
export const loadConfigSync = unavailable('loadConfigSync');
export const module = unavailable('module');
export const overrides = unavailable('overrides');
export const parse = unavailable('parse');
export const registry = unavailable('registry');
export const source = unavailable('source');
export const text = unavailable('text');
export const toJsonSchema = unavailable('toJsonSchema');
