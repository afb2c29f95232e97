// The layers of a configuration, and what a load found in them.
import type { Origin } from '../../internal/errors.js';
import type { Format } from '../sources.js';
import type { Candidate } from './explanation.js';

/**
 * One layer of a configuration, or a file that was searched for.
 *
 * @example
 * ```ts
 * const missing: LayerInfo[] = config.layers.filter((layer) => layer.status === 'missing');
 * missing.map((layer) => layer.file); // ['config/local.*']
 * ```
 */
export interface LayerInfo {
  /** The kind of the layer. */
  kind: Candidate['kind'];
  /** The layer's name. */
  name: string;
  /** Whether it contributes: `missing` does not exist, `skipped` was not read or has no section for this configuration. */
  status: 'found' | 'missing' | 'skipped';
  /** The file, as it was given or found; a pattern such as `config/local.*` where nothing matched. */
  file?: string;
  /** The format that it was read in. */
  format?: Format;
  /** Why it does not contribute, or which part of the file does. */
  reason?: string;
}

/**
 * A layer, or a place searched in vain, with the number of values that it sets.
 *
 * @example
 * ```ts
 * const unused: LayerUse[] = config.files.filter(({ status, wins }) => status === 'found' && wins === 0);
 * unused.map(({ name }) => name); // []
 * ```
 */
export interface LayerUse extends LayerInfo {
  /** Why others could have written the file, if they could. */
  concern?: string;
  /** The number of its values; an array is one. */
  sets: number;
  /** The number of values in effect that are its own. */
  wins: number;
}

/**
 * A variable that begins with a prefix and sets no path that layers or the schema know.
 *
 * @example
 * ```ts
 * const config = SuperConfig.builder({ env: { APP_SERVER__PROT: '1' } }).dir('config').env('APP').loadSync();
 * const unmatched: UnmatchedVariable[] = config.unmatchedVariables;
 * unmatched; // [{ origin: { kind: 'env', source: 'env', variable: 'APP_SERVER__PROT' }, path: 'server.prot', closest: 'server.port' }]
 * ```
 */
export interface UnmatchedVariable {
  /** Its name, and where it is written if that is a `.env` file. */
  origin: Origin;
  /** The new key that it made; absent where it set nothing. */
  path?: string;
  /** The known path that it was probably meant for. */
  closest?: string;
}

/**
 * A non-fatal finding of a load.
 *
 * @example
 * ```ts
 * const warnings: Warning[] = SuperConfig.builder().text('{ "a": 1, "a": 2 }', { format: 'json' }).loadSync().warnings;
 * warnings[0]?.code; // 'duplicate-key'
 * ```
 */
export interface Warning {
  /** The kind of the finding, e.g. `duplicate-key`. */
  code: string;
  /** The finding in one sentence. */
  message: string;
  /** The dotted path that it is about. */
  path?: string;
  /** Its position: file, line and column, or variable. */
  origin?: Origin;
}
