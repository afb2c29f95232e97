// One load of a tree: its files, variables and flags, merged in node-config's order.
import { basename } from 'node:path';
import { SuperConfigError } from '../index.js';
import { isRaw } from './deferred.js';
import { locateFiles, locateMappings } from './locate.js';
import { extendDeep, getPath, isObject, resolveDeferred, setPath, type Values } from './merge.js';
import { optionsOf, Parameters, type TreeOptions } from './parameters.js';
import { type ConfigSource, parseJson, parseText, readFile } from './read-file.js';

/** Values by name that are laid over those of files. */
interface Additional {
  name: string;
  config: unknown;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A load: what it takes, and what it has merged so far. */
export class Load {
  readonly parameters: Parameters;
  readonly options: TreeOptions;
  readonly config: Values = {};
  readonly sources: ConfigSource[] = [];
  /** The values that are neither copied nor frozen. */
  readonly untouched = new Set<unknown>();
  /** Whether something was merged since readers were last given frozen values. */
  updated = true;
  #defaults: Values | undefined;
  /** What files say of the modules that have defaults. */
  #unmerged: Values = {};

  constructor(options: TreeOptions, parameters = new Parameters()) {
    this.options = options;
    this.parameters = parameters;
  }

  /** The load that flags and variables describe. */
  static fromEnvironment(environments?: string): Load {
    const parameters = new Parameters();
    return new Load(optionsOf(parameters, environments), parameters);
  }

  /** A load of the same, with its own copy of everything. */
  clone(): Load {
    const copy = new Load(this.options, this.parameters);
    extendDeep(copy.config, this.config);
    copy.sources.push(...this.sources);
    for (const value of this.untouched) copy.untouched.add(value);
    return copy;
  }

  /** Reads everything, `NODE_CONFIG` as a variable and as a flag among it. */
  scanAll(): this {
    const additional: Additional[] = [];
    const variable = process.env.NODE_CONFIG;
    if (variable) additional.push({ name: '$NODE_CONFIG', config: valuesOf(variable, 'The $NODE_CONFIG environment variable is malformed JSON') });
    const flag = this.parameters.flag('NODE_CONFIG');
    if (flag) {
      additional.push({ name: '--NODE_CONFIG argument', config: valuesOf(flag, 'The --NODE_CONFIG={json} command line argument is malformed JSON') });
    }
    this.parameters.set('NODE_CONFIG', JSON.stringify(extendDeep({}, ...additional.map(({ config }) => config))));
    this.scan(additional);
    return this;
  }

  /** Reads the files, lays values over them, then the variables that a mapping names; computes what is deferred. */
  scan(additional: readonly Additional[] = []): Values {
    for (const file of locateFiles(this.options)) this.#loadFile(file);
    for (const { name, config } of additional) this.#add(name, config);
    for (const file of locateMappings(this.options)) this.#loadFile(file, (mapping) => substitute(mapping, process.env));
    resolveDeferred(this.config);
    this.#unwrap(this.config);
    return this.config;
  }

  /** Puts defaults of a module below what files say of it. */
  setModuleDefaults(name: string, given: object): Values {
    this.updated = true;
    if (this.#defaults === undefined) {
      this.#defaults = {};
      this.sources.unshift({ name: 'Module Defaults', parsed: this.#defaults });
    }
    const path = name.split('.');
    const defaults = (getPath(this.#defaults, path) ?? setPath(this.#defaults, path, {})) as Values;
    extendDeep(defaults, given);
    const said = getPath(this.#unmerged, path) ?? setPath(this.#unmerged, path, getPath(this.config, path) ?? {});
    const merged = extendDeep({}, defaults, said);
    setPath(this.config, path, merged);
    resolveDeferred(this.config);
    return merged;
  }

  /** The defaults of modules, if any were set. */
  get moduleDefaults(): Values | undefined {
    return this.#defaults;
  }

  #loadFile(file: string, convert: (parsed: unknown) => unknown = (parsed) => parsed): void {
    const read = readFile(file, this.options.gitCrypt);
    if (read !== undefined) this.#add(file, convert(read.parsed), read.original);
  }

  #add(name: string, values: unknown, original?: string): void {
    this.updated = true;
    extendDeep(this.config, values);
    this.sources.push({ name, parsed: values, ...(original !== undefined && { original }) });
  }

  /** Takes raw values out of their wrapping. */
  #unwrap(holder: Values | unknown[], seen = new Set<unknown>()): void {
    if (seen.has(holder)) return;
    seen.add(holder);
    for (const key of Object.keys(holder)) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      const value: unknown = descriptor?.value;
      if (isRaw(value)) {
        const unwrapped = value.resolve();
        this.untouched.add(unwrapped);
        Object.defineProperty(holder, key, { value: unwrapped });
      } else if (Array.isArray(value) || isObject(value)) this.#unwrap(value as Values, seen);
    }
  }
}

function valuesOf(text: string, complaint: string): unknown {
  try {
    return parseJson(text);
  } catch {
    console.error(complaint);
    return {};
  }
}

/**
 * The values of the variables that a mapping names, at its paths. A variable that is empty counts as not set.
 *
 * @throws `ERR_SUPERCONFIG_ENV` for a mapping with something else than names in it, and for a variable that is not of its `__format`.
 */
export function substitute(mapping: unknown, variables: Variables): Values {
  const result: Values = {};
  const isSet = (name: unknown): name is string => typeof name === 'string' && variables[name] !== undefined && variables[name] !== '';
  const visit = (map: Values, above: string[]): void => {
    for (const key in map) {
      const [value, path] = [map[key], [...above, key]];
      if (typeof value === 'string') {
        if (isSet(value)) setPath(result, path, variables[value]);
      } else if (!isObject(value)) {
        const message = `Illegal key type for substitution map at ${above.join('.')}: ${typeof value}`;
        throw new SuperConfigError('ERR_SUPERCONFIG_ENV', message, { path: path.join('.'), hint: 'a mapping holds names of variables' });
      } else if ('__name' in value && '__format' in value && isSet(value.__name)) {
        setPath(result, path, formatted(variables[value.__name] as string, value.__name, value.__format));
      } else visit(value, path);
    }
  };
  visit(mapping as Values, []);
  return result;
}

function formatted(text: string, variable: string, format: string): unknown {
  try {
    return parseText(text, format);
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new SuperConfigError('ERR_SUPERCONFIG_ENV', `__format parser error in ${variable}: ${message}`, {
      origin: { kind: 'env', source: variable, variable },
      cause: thrown,
    });
  }
}

const STRICT_MODE = 'See https://github.com/node-config/node-config/wiki/Strict-Mode';

/** Says where an environment or instance has no file; in strict mode that is an error. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkStrictness({ parameters, options, sources }: Load): void {
  if (parameters.get('SUPPRESS_STRICTNESS_CHECK')) return;
  const strict = process.env.NODE_CONFIG_STRICT_MODE;
  const complain = (problem: string) => {
    const prefix = strict ? 'FATAL: ' : 'WARNING: ';
    console.error(prefix + problem);
    console.error(prefix + STRICT_MODE);
    if (strict === '1' || strict === 'true') throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `${prefix}${problem} ${STRICT_MODE}`);
  };
  const names = sources.map(({ name }) => basename(name));
  const variable = parameters.found('nodeEnv');
  for (const environment of options.nodeEnv) {
    const isThere = names.some((name) => name.startsWith(`${environment}.`) || name.startsWith(`${environment}-`));
    if (environment && environment !== 'development' && !isThere) {
      complain(`${variable} value of '${environment}' did not match any deployment config file names.`);
    }
    if (environment === 'default' || environment === 'local') complain(`${variable} value of '${environment}' is ambiguous.`);
  }
  const { appInstance } = options;
  if (appInstance && !names.some((name) => name.includes(appInstance))) {
    complain(`NODE_APP_INSTANCE value of '${appInstance}' did not match any instance config file names.`);
  }
}
