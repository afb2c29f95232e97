// The parts of a configuration that have no effect.
import type { Origin } from '../../internal/errors.js';
import type { Candidate } from './explanation.js';

/**
 * The parts of a configuration that have no effect in any of its profiles.
 *
 * @example
 * ```ts
 * const config = loadConfigSync({ sources: [defaults({ port: 80 }), text('port: 80', { format: 'yaml', name: 'app' })] });
 * const { values, layers }: Unused = SuperConfig.findUnused([config]);
 * [values[0]?.reason, layers[0]?.name]; // ['redundant', 'app']
 * ```
 */
export interface Unused {
  /** The values that readers never see, in the order of the layers. */
  values: UnusedValue[];
  /** The layers without any value that readers see. */
  layers: UnusedLayer[];
  /** The keys that the schema does not declare. */
  unknown: UnknownKey[];
}

/**
 * A value of a layer that readers never see.
 *
 * @example
 * ```ts
 * const config = loadConfigSync({ sources: [defaults({ port: 80 }), overrides({ port: 81 })] });
 * const [first]: UnusedValue[] = SuperConfig.findUnused([config]).values;
 * [first?.path, first?.reason, first?.by?.kind]; // ['port', 'overridden', 'override']
 * ```
 */
export interface UnusedValue {
  /** The dotted path, down to a secret and no further. */
  path: string;
  /** Its origin. */
  origin: Origin;
  /** `redundant`: it equals what lower layers set; `overridden`: higher layers replace or remove it. */
  reason: 'redundant' | 'overridden';
  /** The origin of the value in its place, where there is one. */
  by?: Origin;
}

/**
 * A layer without any value that readers see.
 *
 * @example
 * ```ts
 * const [layer]: UnusedLayer[] = SuperConfig.findUnused([loadConfigSync({ sources: [defaults({})] })]).layers;
 * layer?.isEmpty; // true
 * ```
 */
export interface UnusedLayer {
  /** The kind of the layer. */
  kind: Candidate['kind'];
  /** The layer's name. */
  name: string;
  /** The file, as it was given or found. */
  file?: string;
  /** Whether it sets nothing at all. */
  isEmpty: boolean;
}

/**
 * A key that the schema does not declare.
 *
 * @example
 * ```ts
 * const schema = z.looseObject({ port: z.number().optional() });
 * const [key]: UnknownKey[] = SuperConfig.findUnused([loadConfigSync({ sources: [defaults({ prot: 80 })], schema })]).unknown;
 * key?.hint; // undefined: a loose object allows any key
 * ```
 */
export interface UnknownKey {
  /** The dotted path, down to a secret and no further. */
  path: string;
  /** Its origin, where a layer set it. */
  origin?: Origin;
  /** The nearest declared key, as a question. */
  hint?: string;
}
