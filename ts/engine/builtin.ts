// The modules of Node, loaded when they are needed: each import would lengthen every start.
import { SuperConfigError } from '../internal/errors.js';

interface Builtins {
  'node:buffer': typeof import('node:buffer');
  'node:crypto': typeof import('node:crypto');
  'node:diagnostics_channel': typeof import('node:diagnostics_channel');
  'node:fs': typeof import('node:fs');
  'node:module': typeof import('node:module');
  'node:path': typeof import('node:path');
  'node:url': typeof import('node:url');
}

/** A module of Node. @throws `ERR_SUPERCONFIG_LOAD_NATIVE` in an ECMAScript module on Node before 20.16, which has no way to it. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  if (process.getBuiltinModule !== undefined) return process.getBuiltinModule(name) as Builtins[Name];
  if (typeof require === 'function') return require(name);
  throw new SuperConfigError('ERR_SUPERCONFIG_LOAD_NATIVE', `as an ECMAScript module superconfig needs Node 20.16, and this is ${process.version}`, {
    hint: 'update Node, or load superconfig by `require`',
  });
}
