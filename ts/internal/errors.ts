// The error class of the package, which every layer throws.

/** The codes of all errors; they are the same in every language. */
export const ERROR_CODES = [
  'ERR_SUPERCONFIG_NOT_FOUND',
  'ERR_SUPERCONFIG_IO',
  'ERR_SUPERCONFIG_PARSE',
  'ERR_SUPERCONFIG_FORMAT',
  'ERR_SUPERCONFIG_LIMIT',
  'ERR_SUPERCONFIG_MERGE',
  'ERR_SUPERCONFIG_ENV',
  'ERR_SUPERCONFIG_ARGS',
  'ERR_SUPERCONFIG_INTERPOLATION',
  'ERR_SUPERCONFIG_TYPE',
  'ERR_SUPERCONFIG_PATH',
  'ERR_SUPERCONFIG_VALIDATION',
  'ERR_SUPERCONFIG_SOURCE',
  'ERR_SUPERCONFIG_TRUST',
  'ERR_SUPERCONFIG_WATCH',
  'ERR_SUPERCONFIG_CLOSED',
  'ERR_SUPERCONFIG_ASYNC',
  'ERR_SUPERCONFIG_OPTION',
  'ERR_SUPERCONFIG_LOAD_NATIVE',
  'ERR_SUPERCONFIG_INTERNAL',
] as const;

/**
 * The `code` of an error.
 *
 * @example
 * ```ts
 * const code: SuperConfigErrorCode = 'ERR_SUPERCONFIG_NOT_FOUND';
 * loadConfigSync({ sources: [file('missing.toml')] }); // throws ERR_SUPERCONFIG_NOT_FOUND
 * ```
 */
export type SuperConfigErrorCode = (typeof ERROR_CODES)[number];

/**
 * The position of a value or a problem. Lines and columns are 1-based; a column counts characters.
 *
 * @example
 * ```ts
 * const describe = ({ file, line, column }: Origin) => `${file}:${line}:${column}`;
 * try {
 *   SuperConfig.builder().text('port = ', { format: 'toml', name: 'inline' }).loadSync();
 * } catch (error) {
 *   if (isSuperConfigError(error) && error.origin) describe(error.origin);
 * }
 * ```
 */
export interface Origin {
  /** The kind of the source, e.g. `file` or `env`. */
  kind?: string;
  /** The source's name for people. */
  source?: string;
  /** The file, as it was given or found. */
  file?: string;
  /** The line, from 1. */
  line?: number;
  /** The column in characters, from 1. */
  column?: number;
  /** The environment variable or flag. */
  variable?: string;
  /** The key of a source that holds texts or documents by keys. */
  key?: string;
  /** The revision of that key, where the source has one. */
  revision?: string;
}

/**
 * One of several problems that an error reports together.
 *
 * @example
 * ```ts
 * try {
 *   SuperConfig.builder().dir('config').schema(z.object({ server: z.object({ port: z.string() }) })).loadSync();
 * } catch (error) {
 *   const issues: Issue[] | undefined = isSuperConfigError(error) ? error.issues : undefined;
 *   issues?.map(({ path, origin }) => [path, origin?.line]); // [['server.port', 5]]
 * }
 * ```
 */
export interface Issue {
  /** The dotted path of the value. */
  path?: string;
  /** The problem, in a sentence. */
  message: string;
  /** The expected kind or value. */
  expected?: string;
  /** The kind or value that was found. */
  found?: string;
  /** The position of the value. */
  origin?: Origin;
  /** The remedy. */
  hint?: string;
}

/**
 * The fields of an error beside code and message.
 *
 * @example
 * ```ts
 * const details: ErrorDetails = { path: 'server.port', hint: 'ask for a free port' };
 * new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the port is taken', details).path; // 'server.port'
 * ```
 */
export interface ErrorDetails {
  /** The dotted path that the error is about. */
  path?: string;
  /** The position of the problem. */
  origin?: Origin;
  /** All problems, where there are several. */
  issues?: Issue[];
  /** The remedy. */
  hint?: string;
  /** The lines of the text around the problem, with no secret in them. */
  snippet?: string;
  /** The cause. */
  cause?: unknown;
}

const MARK = Symbol.for('superconfig.error');

/**
 * Every error that this package throws.
 *
 * @example
 * ```ts
 * try {
 *   loadConfigSync({ sources: [file('app.toml'), text('{ "server": ', { format: 'json', name: 'flags' })] });
 * } catch (error) {
 *   if (isSuperConfigError(error)) console.log(error.code, error.origin?.source, error.origin?.line); // 'ERR_SUPERCONFIG_PARSE', 'flags', 1
 * }
 * ```
 */
export class SuperConfigError extends Error {
  /** The kind of failure, for programs. */
  readonly code: SuperConfigErrorCode;
  /** The dotted path that the error is about. */
  declare readonly path?: string;
  /** The position of the problem: file, line and column, or variable. */
  declare readonly origin?: Origin;
  /** All problems, where there are several. */
  declare readonly issues?: Issue[];
  /** The remedy. */
  declare readonly hint?: string;
  /** The lines of the text around the problem, with no secret in them. */
  declare readonly snippet?: string;

  /** Creates an error with the fields that are given. */
  constructor(code: SuperConfigErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    const { path, origin, issues, hint, snippet } = details;
    // Fields that say nothing are left out, so that a printed error shows only what there is.
    for (const [key, value] of Object.entries({ path, origin, issues, hint, snippet })) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true, configurable: true });
    }
  }
}

Object.defineProperties(SuperConfigError.prototype, {
  name: { value: 'SuperConfigError', configurable: true, writable: true },
  [MARK]: { value: true },
});

/**
 * Whether a caught value is an error of this package, also of another copy of it or of another realm.
 *
 * @example
 * ```ts
 * try {
 *   loadConfigSync({ sources: [file('missing.toml')] });
 * } catch (error) {
 *   if (!isSuperConfigError(error) || error.code !== 'ERR_SUPERCONFIG_NOT_FOUND') throw error;
 * }
 * ```
 */
export function isSuperConfigError(error: unknown): error is SuperConfigError {
  try {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[MARK] === true;
  } catch {
    // A proxy may throw for whatever is asked of it.
    return false;
  }
}

/** Whether something is an error of whatever realm: in a context of `vm`, as Jest has one for each test, the addon's are of another. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
  } catch {
    return false;
  }
}
