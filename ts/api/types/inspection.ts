// The inspection of a configuration: the origins of its values, the files read, its condition, its text.
import type { LoosePath } from '../../engine/path.js';
import type { Explanation } from './explanation.js';
import type { LayerInfo, LayerUse, UnmatchedVariable, Warning } from './layer.js';
import type { ToStringOptions } from './options.js';
import type { Status } from './status.js';

/**
 * The inspection of a configuration: the origins of its values, the files read, its condition, its text.
 *
 * @example
 * ```ts
 * const files = ({ layers }: Inspection) => layers.flatMap(({ file }) => file ?? []);
 * files(loadConfigSync({ sources: [file('config/default.toml')] })); // ['config/default.toml']
 * ```
 */
export interface Inspection {
  /**
   * Explains a value: what each layer contributes to it and which one wins; secrets are redacted. Positions are found on demand, so
   * this costs about what parsing the files costs.
   *
   * @throws `ERR_SUPERCONFIG_PATH` for an unknown path, `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const { winner } = SuperConfig.builder().dir('config').args(['--server.port=9000']).loadSync().explain('server.port');
   * winner; // { kind: 'args', variable: '--server.port', action: 'set', value: 9000, … }
   * ```
   */
  explain(path?: LoosePath): Explanation;

  /**
   * Explains every value that the layers have or the schema declares, in their order; an array is one, and so is a secret table. Costs
   * what as many calls of `explain` cost, less a merge for each.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const explanations = SuperConfig.builder().defaults({ a: { b: 1 }, c: [2] }).loadSync().explainAll();
   * explanations.map(({ path, value }) => [path, value]); // [['a.b', 1], ['c', [2]]]
   * ```
   */
  explainAll(): Explanation[];

  /**
   * The layers, from the lowest to the highest, with every file that was searched for. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.layers.filter((layer) => layer.status === 'found').map((layer) => layer.file); // ['config/default.toml']
   * ```
   */
  get layers(): LayerInfo[];

  /**
   * Every layer and every place searched in vain, in order, with the number of values that it sets and of those in effect; files of profiles that are
   * not selected come last. Made anew at each call, which costs a merge and a look at every value and file.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const config = SuperConfig.builder().defaults({ a: 1, b: 1 }).overrides({ b: 2 }).loadSync();
   * config.files.map(({ name, sets, wins }) => [name, sets, wins]); // [['defaults', 2, 1], ['overrides', 1, 1]]
   * ```
   */
  get files(): LayerUse[];

  /**
   * The variables that begin with the prefix of a source and set no path that layers or the schema know, with the path that each was
   * probably meant for. Made anew at each call, which costs a merge.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const config = SuperConfig.builder({ env: { APP_SERVER__PROT: '1' } }).dir('config').env('APP').loadSync();
   * config.unmatchedVariables.map(({ origin, closest }) => [origin.variable, closest]); // [['APP_SERVER__PROT', 'server.port']]
   * ```
   */
  get unmatchedVariables(): UnmatchedVariable[];

  /**
   * The non-fatal findings of the load, such as `type-conflict` or `unset-variable`. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * for (const { code, message } of config.warnings) console.warn(code, message);
   * ```
   */
  get warnings(): Warning[];

  /**
   * The condition of the configuration: what is watched and how, the last reload, the last error. Made anew at each call.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.status; // { version: 1, profiles: [], watching: [], … }
   * ```
   */
  get status(): Status;

  /**
   * The text by which `SuperConfig.attach` finds the configuration in any thread of this process.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * SuperConfig.attach(config.token).version; // 1
   * ```
   */
  get token(): string;

  /**
   * The name that the builder gave, if any.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * config.name; // undefined
   * ```
   */
  get name(): string | undefined;

  /**
   * The whole as a plain object with secrets redacted: what `JSON.stringify(config)` shows. A `bigint` is
   * the text of its digits.
   *
   * @throws `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * const shown = config.toJSON() as AppConfig;
   * shown.db; // { url: 'postgres://localhost/app', password: '[redacted]', pool: { min: 1, max: 10 } }
   * ```
   */
  toJSON(): unknown;

  /**
   * The whole as text, with secrets redacted unless `secrets` is set; with the origin of each value in a comment where `origins` is. Parsing the text gives the same values again, but that JSON
   * says `null` for infinities and NaN, and dotenv knows only text: `server.port` is `SERVER__PORT`, arrays are JSON.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for an unknown format, `ERR_SUPERCONFIG_FORMAT` with the path for what the format cannot say,
   * such as `null` in TOML; `ERR_SUPERCONFIG_OPTION` for origins in JSON; `ERR_SUPERCONFIG_CLOSED` after closing.
   * @example
   * ```ts
   * writeFileSync('effective.toml', config.toString({ format: 'toml', secrets: true }));
   * ```
   */
  toString(options?: ToStringOptions): string;
}
