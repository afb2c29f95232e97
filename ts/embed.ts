// The package for tools that put everything into one program: its addon is required by name, so that they take it along.
import embedded from './engine/addon-files/embedded.js';

Object.defineProperty(globalThis, Symbol.for('superconfig.embedded'), { value: embedded, configurable: true, writable: true });

export * from './index.js';
