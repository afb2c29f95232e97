// The service that Nest injects.
import type { ConfigHandle, Path, SuperConfig, ValueAt } from '../../index.js';

/**
 * The configuration as a service: each read is live.
 *
 * @example
 * ```ts
 * import { ConfigService } from 'superconfig/nestjs';
 *
 * const service = new ConfigService(config);
 * service.get('server.port'); // 8080
 * service.getOrThrow('server.port'); // 8080
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export class ConfigService<T = any> {
  /** The configuration itself: `explain`, `on`, `reload`. */
  readonly config: SuperConfig<T>;

  /** Made by the module. */
  constructor(config: SuperConfig<T>) {
    this.config = config;
  }

  /**
   * The value at a path, or the fallback; `undefined` where there is nothing.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * import { ConfigService } from 'superconfig/nestjs';
   *
   * const service = new ConfigService(config);
   * service.get('log.level'); // 'info'
   * service.get('log.levle' as never); // undefined
   * ```
   */
  get<const P extends Path<T>>(path: P): ValueAt<T, P> | undefined;
  get<const P extends Path<T>>(path: P, fallback: NonNullable<ValueAt<T, P>>): NonNullable<ValueAt<T, P>>;
  get(path: never, fallback?: never): unknown {
    return this.config.get(path, fallback as never);
  }

  /**
   * The value at a path.
   *
   * @throws `ERR_SUPERCONFIG_PATH` where there is nothing, with the nearest path; `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * import { ConfigService } from 'superconfig/nestjs';
   *
   * const service = new ConfigService(config);
   * service.getOrThrow('log.levle' as never); // throws ERR_SUPERCONFIG_PATH
   * ```
   */
  getOrThrow<const P extends Path<T>>(path: P): Exclude<ValueAt<T, P>, undefined> {
    return this.config.get(path) as Exclude<ValueAt<T, P>, undefined>;
  }

  /**
   * A live view of one path.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * import { ConfigService } from 'superconfig/nestjs';
   *
   * new ConfigService(config).handle('server.port').value; // 8080
   * ```
   */
  handle<const P extends Path<T>>(path: P): ConfigHandle<ValueAt<T, P>> {
    return this.config.handle(path);
  }
}
