// The configuration as node-config shows it: a table with `get`, `has` and `util`, frozen by the first `get`.
import { inspect } from 'node:util';
import { SuperConfigError } from '../index.js';
import { makeImmutable } from './freeze.js';
import { checkStrictness, type Load } from './load.js';
import { extendDeep, getPath, makeHidden, setPath, type Values } from './merge.js';
import { ConfigUtil, type NodeConfig, type Shown } from './util.js';

/** How many paths are kept: programs read few, but those again and again. */
const MAX_READ = 10_000;
/** Depth to which tables get the methods. */
const MAX_DEPTH = 20;

/** What the exported object shows, and how it comes to another version. */
export class Owner implements Shown {
  load: Load;
  /** The values, with the methods hidden in each table. */
  root: Values;
  isFrozen = false;
  /** What was read of the whole since it was frozen, by path. */
  readonly #read = new Map<string, unknown>();
  readonly util: ConfigUtil;
  readonly view: NodeConfig;

  constructor(load: Load) {
    this.load = load;
    this.util = new ConfigUtil(this);
    this.root = this.#rootOf(load);
    this.view = this.#toView();
    checkStrictness(load);
  }

  /** Shows another load in place of this one; frozen where the one before was. */
  replace(load: Load): void {
    const root = this.#rootOf(load);
    this.#read.clear();
    if (this.isFrozen) makeImmutable(root, load.untouched);
    [this.load, this.root] = [load, root];
    load.updated = !this.isFrozen;
  }

  /** Puts defaults of a module below what is said of it. @throws `ERR_SUPERCONFIG_OPTION` once the values are frozen. */
  setModuleDefaults(name: string, given: object): Values {
    if (this.isFrozen) {
      throw new SuperConfigError(
        'ERR_SUPERCONFIG_OPTION',
        `the defaults of the module \`${name}\` come after the first \`get\`, which froze the configuration`,
        {
          hint: 'set them before anything is read, or set ALLOW_CONFIG_MUTATIONS',
        },
      );
    }
    const merged = this.load.setModuleDefaults(name, given);
    const path = name.split('.');
    const existing = getPath(this.root, path);
    if (existing === undefined) setPath(this.root, path, extendDeep({}, merged));
    else extendDeep(existing as Values, merged);
    return this.attach(getPath(this.root, path) as Values);
  }

  /** Another configuration with its own copy of the same values. */
  clone(): Owner {
    return new Owner(this.load.clone());
  }

  /** Gives a table, and those in it, the methods as hidden properties. */
  attach<T extends Values>(table: T, depth = MAX_DEPTH, begun = new Set<unknown>()): T {
    if (
      depth < 0 ||
      begun.has(table) ||
      this.load.untouched.has(table) ||
      Object.prototype.toString.call(table) !== '[object Object]' ||
      !Object.isExtensible(table)
    )
      return table;
    begun.add(table);
    const owner = this;
    const readers: Record<string, unknown> = {
      get(this: Values, path: string) {
        return owner.#get(this, path);
      },
      has(this: Values, path: string) {
        return path !== null && path !== undefined && getPath(this, path) !== undefined;
      },
      util: this.util,
    };
    for (const [name, reader] of Object.entries(readers)) {
      if (!Object.hasOwn(table, name) || !table[name]) makeHidden(table, name, reader);
    }
    for (const key of Object.keys(table)) {
      const value: unknown = Object.getOwnPropertyDescriptor(table, key)?.value;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) this.attach(value as Values, depth - 1, begun);
    }
    return table;
  }

  #rootOf(load: Load): Values {
    return this.attach(extendDeep({}, load.config));
  }

  #get(table: Values, path: string): unknown {
    const isKept = this.isFrozen && table === this.view && typeof path === 'string';
    const known = isKept ? this.#read.get(path) : undefined;
    if (known !== undefined) return known;
    if (path === null || path === undefined) throw new SuperConfigError('ERR_SUPERCONFIG_PATH', 'Calling config.get with null or undefined argument');
    if (this.load.updated) {
      this.load.updated = false;
      if (!this.load.parameters.get('ALLOW_CONFIG_MUTATIONS')) {
        makeImmutable(this.root, this.load.untouched);
        this.isFrozen = true;
      }
    }
    const value = getPath(table, path);
    if (value !== undefined) {
      if (isKept && this.#read.size < MAX_READ) this.#read.set(path, value);
      return value;
    }
    throw new SuperConfigError('ERR_SUPERCONFIG_PATH', `Configuration property "${path}" is not defined`, { path: String(path) });
  }

  /** One object for all versions. */
  #toView(): NodeConfig {
    const current = () => this.root;
    const writable = (action: () => boolean) => !this.isFrozen && action();
    // An object of its own, as what a proxy stands for cannot change once it is frozen. `console.log` looks at it, not at the proxy.
    const stand = { [inspect.custom]: current };
    return new Proxy(stand as unknown as NodeConfig, {
      get: (_stand, key) => (key === inspect.custom ? current : Reflect.get(current(), key)),
      has: (_stand, key) => Reflect.has(current(), key),
      ownKeys: () => Reflect.ownKeys(current()),
      getOwnPropertyDescriptor(_stand, key) {
        const descriptor = Reflect.getOwnPropertyDescriptor(current(), key);
        return descriptor && { ...descriptor, configurable: true };
      },
      set: (_stand, key, value) => writable(() => Reflect.set(this.root, key, value)),
      defineProperty: (_stand, key, descriptor) => writable(() => Reflect.defineProperty(this.root, key, { ...descriptor, configurable: true })),
      deleteProperty: (_stand, key) => !Object.hasOwn(this.root, key) || writable(() => Reflect.deleteProperty(this.root, key)),
      preventExtensions: () => false,
    });
  }
}
