// A plugin for Fastify: the configuration as `fastify.config`, closed with the application.
import { type SuperConfig, SuperConfigError } from '../../index.js';

/** What the plugin uses of an application. */
interface Application {
  hasDecorator(name: string): boolean;
  decorate(name: string, value: unknown): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

/**
 * Options of the plugin.
 *
 * @example
 * ```ts
 * import type { SuperConfigOptions } from 'superconfig/fastify';
 *
 * const options: SuperConfigOptions = { config, close: false };
 * options.config.get('server.port'); // 8080
 * ```
 */
export interface SuperConfigOptions {
  /** The configuration, which is loaded already. */
  // biome-ignore lint/suspicious/noExplicitAny: a configuration of any type.
  config: SuperConfig<any>;
  /** `false` leaves the configuration open when the application closes, for one that others use too. */
  close?: boolean;
}

/**
 * The plugin: decorates the application with `config`, and closes the configuration with it.
 *
 * The type of `fastify.config` is declared once: `declare module 'fastify' { interface FastifyInstance { config: SuperConfig<AppConfig> } }`;
 * or {@link configOf} gives it.
 *
 * @throws `ERR_SUPERCONFIG_OPTION`, when the application starts, without a configuration or where something else is named `config`.
 * @example
 * ```ts
 * import superconfig, { configOf } from 'superconfig/fastify';
 * import fastify from 'fastify';
 *
 * const app = fastify();
 * await app.register(superconfig, { config });
 * configOf<AppConfig>(app).get('server.port'); // 8080
 * await app.close();
 * config.get('server.port'); // throws ERR_SUPERCONFIG_CLOSED
 * ```
 */
async function superconfig(fastify: Application, options: SuperConfigOptions): Promise<void> {
  const { config, close = true } = options ?? {};
  if (typeof config?.handle !== 'function') {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the plugin of superconfig has no configuration', {
      hint: 'register it with `{ config }`, which is loaded already',
    });
  }
  if (fastify.hasDecorator('config')) {
    throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the application is already decorated with `config`', { hint: 'register the plugin once' });
  }
  fastify.decorate('config', config);
  if (close) fastify.addHook('onClose', async () => config.close());
}

// For the whole application, not for what is registered beside it; and what Fastify shows of a plugin.
Object.assign(superconfig, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'superconfig',
  [Symbol.for('plugin-meta')]: { fastify: '5.x', name: 'superconfig' },
});

/**
 * The configuration of an application, with its type.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` where the plugin is not registered.
 * @example
 * ```ts
 * import superconfig, { configOf } from 'superconfig/fastify';
 * import fastify from 'fastify';
 *
 * const app = fastify();
 * await app.register(superconfig, { config, close: false });
 * configOf<AppConfig>(app).get('log.level'); // 'info'
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a type every path is allowed.
export function configOf<T = any>(fastify: object): SuperConfig<T> {
  const { config } = fastify as { config?: SuperConfig<T> };
  if (typeof config?.handle === 'function') return config;
  throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the application has no configuration', { hint: 'register the plugin of `superconfig/fastify` first' });
}

export default superconfig;
export { superconfig };
