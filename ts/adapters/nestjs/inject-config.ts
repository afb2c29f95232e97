// The decorator for live handles, and the paths that were injected by it.
import { SuperConfigError } from '../../index.js';

/** The paths of all decorators so far, in every copy of the package: what Nest wires is decorated before it is wired. */
const PATHS = Symbol.for('superconfig.nestjs.paths');

/** The paths that decorators inject. */
export function askedPaths(): Set<string> {
  const shared = globalThis as { [PATHS]?: Set<string> };
  shared[PATHS] ??= new Set();
  return shared[PATHS];
}

/**
 * The token of the live handle of a path, for providers that are made by `useFactory` and `inject`.
 *
 * @example
 * ```ts
 * import { configToken } from 'superconfig/nestjs';
 *
 * const provider = { provide: 'POOL', useFactory: (db: { value: { pool: object } }) => db.value.pool, inject: [configToken('db')] };
 * provider.inject; // ['superconfig:db']
 * ```
 */
export function configToken(path: string): string {
  if (typeof path !== 'string' || path === '') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the path of `InjectConfig` is a text that is not empty');
  askedPaths().add(path);
  return `superconfig:${path}`;
}

// As Nest's own `Inject` says it: what a constructor's parameters and what properties want, by token.
const PARAMETERS = 'self:paramtypes';
const PROPERTIES = 'self:properties_metadata';

interface Metadata {
  getMetadata?(key: string, target: object): unknown[] | undefined;
  defineMetadata?(key: string, value: unknown, target: object): void;
}

/**
 * Injects the live handle of a path: of a section, or of one value. Its `value` is always that of the newest version.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is no path, and where `reflect-metadata`, which Nest needs, is not loaded. When the application
 * is wired: `ERR_SUPERCONFIG_PATH` for a path that neither the values nor the schema know, with the nearest one.
 * @example
 * ```ts
 * import 'reflect-metadata';
 * import { InjectConfig } from 'superconfig/nestjs';
 * import { SuperConfig } from 'superconfig';
 *
 * class Pool {
 *   constructor(private readonly db: { value: { pool: { max: number } } }) {}
 *   get size() {
 *     return this.db.value.pool.max;
 *   }
 * }
 * // In a project with decorators: constructor(@InjectConfig('db') private readonly db: ConfigHandle<AppConfig['db']>)
 * InjectConfig('db')(Pool, undefined, 0);
 * new Pool(config.handle('db')).size; // 10
 * ```
 */
export function InjectConfig(path: string): PropertyDecorator & ParameterDecorator {
  const token = configToken(path);
  return (target: object, key: string | symbol | undefined, index?: number) => {
    const { getMetadata, defineMetadata } = Reflect as Metadata;
    if (getMetadata === undefined || defineMetadata === undefined) {
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', '`InjectConfig` needs `reflect-metadata`, as Nest does', {
        hint: "import 'reflect-metadata' first",
      });
    }
    const [where, on, wanted] = index === undefined ? [PROPERTIES, target.constructor, { key, type: token }] : [PARAMETERS, target, { index, param: token }];
    defineMetadata(where, [...(getMetadata(where, on) ?? []), wanted], on);
  };
}
