// The differences between two configurations.
import { toValue } from '../../engine/codec.js';
import type { NativeValue } from '../../engine/protocol.js';
import type { Origin } from '../../internal/errors.js';

/**
 * One side of a difference.
 *
 * @example
 * ```ts
 * const side: ComparedValue | undefined = loadConfigSync({ sources: [] }).differences(loadConfigSync({ sources: [defaults({ a: 1 })] }))[0]?.after;
 * side?.value; // 1
 * ```
 */
export interface ComparedValue {
  /** The value; `[redacted]` for a secret. */
  value: unknown;
  /** The layer that set it, where one did. */
  origin?: Origin;
}

/**
 * A value that differs between two configurations.
 *
 * @example
 * ```ts
 * const [first]: Difference[] = loadConfigSync({ sources: [] }).differences(loadConfigSync({ sources: [defaults({ a: 1 })] }));
 * [first?.kind, first?.path]; // ['added', 'a']
 * ```
 */
export interface Difference {
  /** The dotted path, down to a secret and no further. Indexes are those of the second configuration, where it has the value. */
  path: string;
  /** `added`: only the second has it; `removed`: only the first; `unknown`: one of them was masked when it was printed. */
  kind: 'added' | 'removed' | 'changed' | 'unknown';
  /** The value of the first configuration, where it has one. */
  before?: ComparedValue;
  /** The value of the second configuration, where it has one. */
  after?: ComparedValue;
}

/** The differences that the addon describes: an origin has the layer's name as `source`. */
export function toDifferences(given: NativeValue): Difference[] {
  return toValue(given, false) as Difference[];
}
