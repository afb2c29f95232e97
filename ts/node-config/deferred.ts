// Values of program files that node-config treats apart: deferred ones, and raw ones that it leaves as they are.

/** A value that is computed once everything is merged. */
interface DeferredValue {
  /** Ties it to its place; a later `resolve` puts the computed value there. */
  prepare(config: object, holder: object, key: string | number): { resolve(): unknown };
  /** The value that it replaces. */
  _original?: unknown;
}

type Compute = (this: unknown, config: unknown, original: unknown) => unknown;

/** A deferred value, as `defer` makes it. */
class Deferred implements DeferredValue {
  readonly #compute: Compute;
  declare _original?: unknown;

  constructor(compute: Compute) {
    this.#compute = compute;
    // Not a value: merging copies what can be enumerated.
    Object.defineProperty(this, '_original', { value: undefined, writable: true, enumerable: false });
  }

  prepare(config: object, holder: object, key: string | number): { resolve(): unknown } {
    const original = this._original;
    const resolve = () => {
      // A second one that is read meanwhile must not compute it again.
      const value = this.#compute.call(config, config, original);
      Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
      if (isPromise(value)) {
        value.then(
          // Once it is frozen it stays a promise, as in node-config.
          (settled) => Reflect.defineProperty(holder, key, { value: settled }),
          () => {},
        );
      }
      return value;
    };
    // One that another reads first is computed then.
    Object.defineProperty(holder, key, { get: resolve, enumerable: true, configurable: true });
    return { resolve: () => (holder as Record<string | number, unknown>)[key] };
  }
}

/** A raw value: nothing is merged into it, and it is neither copied nor frozen. */
class Raw {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  resolve(): unknown {
    return this.#value;
  }
}

/** Defers a value until everything is merged: the function gets the whole, and the value that it replaces. */
export function defer(compute: Compute): object {
  return new Deferred(compute);
}

/** Marks a value that is taken as it is. */
export function raw(value: unknown): object {
  return new Raw(value);
}

/** Whether a value is deferred, by this package or by node-config's own `defer`. */
export function isDeferred(value: unknown): value is DeferredValue {
  return value instanceof Deferred || (hasMethod(value, 'prepare') && hasMethod(value, 'resolve') && value.constructor?.name !== 'Object');
}

/** Whether a value is raw, by this package or by node-config's own `raw`. */
export function isRaw(value: unknown): value is Raw {
  return value instanceof Raw || (hasMethod(value, 'resolve') && value.constructor?.name === 'RawConfig');
}

/** Whether a value is a promise, of whatever realm. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return Object.prototype.toString.call(value) === '[object Promise]';
}

function hasMethod(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}
