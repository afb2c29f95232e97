// The settings that node-config takes from flags and variables: flags win, and an empty one counts as none.
import { hostname } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { SuperConfigError } from '../index.js';

/** The most environments of a load, as the engine takes profiles: files are compared with all of them. */
const MAX_ENVIRONMENTS = 1000;

/** The parameters of a load, and what each lookup gave. */
export class Parameters {
  readonly #found = new Map<string, unknown>();

  /** The value of a flag `--NAME=value`, or `undefined`. */
  flag(name: string): string | undefined {
    const start = `--${name}=`;
    return process.argv
      .slice(2)
      .find((argument) => argument.startsWith(start))
      ?.slice(start.length);
  }

  /** The value of a flag, else of a variable, else the default; remembered for `getEnv`. */
  get(name: string, fallback?: string): string | undefined {
    const value = this.flag(name) || process.env[name] || fallback;
    this.set(name, value);
    return value;
  }

  /** The result of a lookup. */
  found(name: string): unknown {
    return this.#found.get(name);
  }

  /** Sets what `getEnv` says. */
  set(name: string, value: unknown): void {
    this.#found.set(name, value);
  }
}

/** The options of a load. */
export interface TreeOptions {
  /** The folder, or several with the platform's delimiter between them. */
  configDir: string;
  /** The environments, in the order in which they apply. */
  nodeEnv: string[];
  /** The host's full name. */
  hostName: string;
  /** The instance. */
  appInstance?: string | undefined;
  /** Whether files that git-crypt has locked are an error. */
  gitCrypt: boolean;
}

/**
 * The options that flags and variables give; `given` in place of `NODE_CONFIG_ENV` and `NODE_ENV`.
 *
 * @throws `ERR_SUPERCONFIG_LIMIT` for more than 1,000 environments.
 */
export function optionsOf(parameters: Parameters, given?: string): TreeOptions {
  let nodeEnv = given;
  if (nodeEnv === undefined) {
    const [own, common] = [parameters.get('NODE_CONFIG_ENV'), parameters.get('NODE_ENV')];
    nodeEnv = own ?? common ?? 'development';
    parameters.set('nodeEnv', own ? 'NODE_CONFIG_ENV' : common ? 'NODE_ENV' : 'default');
    if (!own) parameters.set('NODE_CONFIG_ENV', nodeEnv);
    if (!own && !common) parameters.set('NODE_ENV', nodeEnv);
  } else {
    parameters.set('nodeEnv', nodeEnv);
  }
  const configDir = parameters.get('NODE_CONFIG_DIR') ?? join(process.cwd(), 'config');
  const appInstance = parameters.get('NODE_APP_INSTANCE');
  const gitCrypt = !parameters.get('CONFIG_SKIP_GITCRYPT');
  const hostName = parameters.get('HOST') || parameters.get('HOSTNAME') || hostname();
  parameters.set('HOSTNAME', hostName);
  parameters.set('CONFIG_DIR', configDir);
  const environments = nodeEnv.split(',');
  if (environments.length > MAX_ENVIRONMENTS) {
    throw new SuperConfigError('ERR_SUPERCONFIG_LIMIT', `${environments.length} environments are more than ${MAX_ENVIRONMENTS}`);
  }
  return { configDir, nodeEnv: environments, hostName, appInstance, gitCrypt };
}

/** The folders of `NODE_CONFIG_DIR`, in the order in which they are read. */
export function foldersOf(configDir: string): string[] {
  const folders = configDir.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => (isAbsolute(folder) ? folder : join(process.cwd(), folder)));
}
