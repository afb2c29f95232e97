// The explanation of a value: the layers that contribute to it, and the winner.
import { toValue } from '../../engine/codec.js';
import type { NativeValue } from '../../engine/protocol.js';

/**
 * The contribution of one layer to a value.
 *
 * @example
 * ```ts
 * const candidate: Candidate | undefined = config.explain('server.port').candidates[0];
 * candidate; // { kind: 'file', line: 5, column: 8, action: 'set', value: 8080, … }
 * ```
 */
export interface Candidate {
  /** The kind of the layer. */
  kind: 'defaults' | 'file' | 'text' | 'dotenv' | 'env' | 'args' | 'override' | 'custom';
  /** The layer's name. */
  name: string;
  /** The file, as it was given or found. */
  file?: string;
  /** The line of the value's first character, from 1. */
  line?: number;
  /** The column of the value's first character in characters, from 1. */
  column?: number;
  /** The environment variable or flag. */
  variable?: string;
  /** The effect of the layer on the value. */
  action: 'set' | 'add' | 'remove' | 'fill';
  /** The layer's value; `[redacted]` for a secret. */
  value: unknown;
}

/**
 * The origin of a value: the layer that won, and the contributions of all.
 *
 * @example
 * ```ts
 * const { path, value, winner }: Explanation = config.explain('db.password');
 * [path, value, winner?.line]; // ['db.password', '[redacted]', 9]
 * ```
 */
export interface Explanation {
  /** The dotted path. */
  path: string;
  /** The value in effect; `[redacted]` for a secret. */
  value: unknown;
  /** The layer whose value is in effect. */
  winner: Candidate | null;
  /** The contributions, from the lowest layer to the highest. */
  candidates: Candidate[];
}

/** The explanation that the addon describes, where the winner is an index into the candidates. */
export function toExplanation(given: NativeValue): Explanation {
  const { winner, candidates, ...explanation } = toValue(given, false) as Omit<Explanation, 'winner'> & { winner: number | null };
  return { ...explanation, winner: candidates[winner ?? -1] ?? null, candidates };
}
