// A drop-in for the package `config`: its values, its functions, its order of files, variables and flags.
import { Owner } from './config.js';
import { Load } from './load.js';
import type { NodeConfig } from './util.js';

export type { NodeConfig };

function open(): NodeConfig {
  const load = Load.fromEnvironment().scanAll();
  const { view } = new Owner(load);
  if (Object.keys(view).length === 0 && !load.parameters.get('SUPPRESS_NO_CONFIG_WARNING')) {
    console.error(`WARNING: No configurations found in configuration directory:${load.options.configDir}`);
    console.error('WARNING: To disable this warning set SUPPRESS_NO_CONFIG_WARNING in the environment.');
  }
  return view;
}

/**
 * The configuration of the folder `config/`, or of `NODE_CONFIG_DIR`, read when it is imported.
 *
 * @throws `ERR_SUPERCONFIG_PARSE`, with file, line and column, for a file that is not of its format, `ERR_SUPERCONFIG_FORMAT` for a format
 * that is not read (hjson, cson, xml, properties, coffee), `ERR_SUPERCONFIG_SOURCE` for a program that throws.
 * @example
 * ```ts
 * import config from 'superconfig/node-config';
 *
 * config.get('server.port'); // 8080
 * config.has('server.protocol'); // false
 * config.util.explain('server.port').winner?.line; // 5
 * ```
 */
const config: NodeConfig = open();

export default config;
