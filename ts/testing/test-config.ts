// Configurations of values alone.
import { type StandardSchema, SuperConfig, SuperConfigError } from '../index.js';

/**
 * Options of `createTestConfig`.
 *
 * @example
 * ```ts
 * import { createTestConfig, type TestConfigOptions } from 'superconfig/testing';
 *
 * const options: TestConfigOptions = { schema: z.object({ port: z.coerce.number() }) };
 * createTestConfig({ port: '80' }, options).get('port'); // 80
 * ```
 */
export interface TestConfigOptions {
  /** Checks the values, as it does in the program. */
  schema?: StandardSchema;
}

/**
 * Creates a configuration of values alone, at once: no file, variable or flag is read.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is not a configuration value, and for options that are none; `ERR_SUPERCONFIG_VALIDATION` where the schema refuses it.
 * @example
 * ```ts
 * import { createTestConfig } from 'superconfig/testing';
 *
 * const config = createTestConfig({ server: { port: 0 } });
 * config.get('server.port'); // 0
 * ```
 */
export function createTestConfig<T extends object>(values: T, options: TestConfigOptions = {}): SuperConfig<T> {
  if (typeof options !== 'object' || options === null) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the options of `createTestConfig` are an object');
  const { schema } = options;
  const builder = SuperConfig.builder<T>({ env: {}, argv: [] }).profile([]).defaults(values, { name: 'test', directives: false });
  return (schema === undefined ? builder : builder.schema(schema)).loadSync() as SuperConfig<T>;
}
