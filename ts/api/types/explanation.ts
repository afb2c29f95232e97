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
  /** The key of a source that holds texts or documents by keys. */
  key?: string;
  /** The revision of that key, where the source has one. */
  revision?: string;
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
  /** The files, variables and flags that could have contributed and did not. */
  unreached: Unreached[];
  /** The variables and flags that could set it. */
  names: SettableName[];
  /** The schema's summary for the path; absent where its JSON Schema does not mention it. */
  schema?: SchemaSummary;
}

/**
 * A layer or a variable that could have contributed to a value and did not: it was not there, not selected, or overruled.
 *
 * @example
 * ```ts
 * const unreached: Unreached[] = config.explain('server.port').unreached;
 * unreached.map(({ name }) => name); // ['config/local.*', 'config/production.toml']
 * unreached[1]?.reason; // 'the profile `production` is not selected'
 * ```
 */
export interface Unreached extends Omit<Candidate, 'action' | 'value'> {
  /** Why it did not contribute. */
  reason: string;
}

/**
 * A variable or flag that could set a path.
 *
 * @example
 * ```ts
 * const names: SettableName[] = SuperConfig.builder().dir('config').env('APP').loadSync().explain('server.port').names;
 * names.map(({ name }) => name); // ['APP_SERVER__PORT', 'APP_SERVER_PORT']
 * ```
 */
export interface SettableName {
  /** `env` for a variable, `args` for a flag. */
  kind: 'env' | 'args';
  /** The variable or flag. */
  name: string;
  /** Whether it names a file that holds the value. */
  file: boolean;
  /** Whether it means another path as well, so that setting it is an error. */
  ambiguous: boolean;
}

/**
 * The summary of a schema for one path; default and listed values of a secret are `[redacted]`.
 *
 * @example
 * ```ts
 * const schema = z.object({ server: z.object({ port: z.number().min(1) }) });
 * const summary: SchemaSummary | undefined = SuperConfig.builder().dir('config').schema(schema).loadSync().explain('server.port').schema;
 * summary; // { type: 'number', minimum: 1, required: true }
 * ```
 */
export interface SchemaSummary {
  /** The types that it allows, as `integer` or `string or null`; absent where it allows any. */
  type?: string;
  /** The description of the value. */
  description?: string;
  /** The value where no layer sets one. */
  default?: unknown;
  /** The least number. */
  minimum?: number | bigint;
  /** The greatest number. */
  maximum?: number | bigint;
  /** The values that it allows, where it lists them. */
  values?: unknown[];
  /** Whether something has to set it. */
  required: boolean;
}

/** The explanation that the addon describes, where the winner is an index into the candidates. */
export function toExplanation(given: NativeValue): Explanation {
  return withWinner(toValue(given, false) as Indexed);
}

/** The explanations that the addon describes. */
export function toExplanations(given: NativeValue): Explanation[] {
  return (toValue(given, false) as Indexed[]).map(withWinner);
}

type Indexed = Omit<Explanation, 'winner'> & { winner: number | null };

function withWinner({ winner, candidates, path, value, ...rest }: Indexed): Explanation {
  return { path, value, winner: candidates[winner ?? -1] ?? null, candidates, ...rest };
}
