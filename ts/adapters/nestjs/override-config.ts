// Other values for a testing module.
import { type SuperConfig, SuperConfigError } from '../../index.js';
import { BASE, SHOWN } from './tokens.js';

/** What is used of Nest's `TestingModuleBuilder`. */
interface TestingModuleBuilder {
  overrideProvider(token: unknown): { useFactory(options: { factory: (...given: never[]) => unknown; inject?: unknown[] }): unknown };
}

/** What the package gives to lay values over a configuration. */
interface Overlay {
  open(layers: readonly object[]): SuperConfig | Promise<SuperConfig>;
}

const OVERLAY = Symbol.for('superconfig.overlay');

/**
 * Lays values over the configuration of a testing module: its service and its handles see them, checked by the schema, and nothing else
 * does. Returns the builder.
 *
 * @throws When the module is compiled: `ERR_SUPERCONFIG_VALIDATION` where the schema refuses the values.
 * @example
 * ```ts
 * import 'reflect-metadata';
 * import { Test } from '@nestjs/testing';
 * import { ConfigService, overrideConfig, SuperConfigModule } from 'superconfig/nestjs';
 *
 * const builder = Test.createTestingModule({ imports: [SuperConfigModule.forRoot(config)] });
 * const app = await overrideConfig(builder, { server: { port: 0 } }).compile();
 * app.get(ConfigService).get('server.port'); // 0
 * config.get('server.port'); // 8080
 * ```
 */
export function overrideConfig<Builder extends TestingModuleBuilder>(builder: Builder, values: object): Builder {
  if (typeof values !== 'object' || values === null) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', '`overrideConfig` takes a table of values');
  const factory = async (base: () => SuperConfig) => {
    const overlaid = await (base() as unknown as Record<symbol, Overlay>)[OVERLAY]?.open([values]);
    return () => overlaid;
  };
  builder.overrideProvider(SHOWN).useFactory({ factory, inject: [BASE] });
  return builder;
}
