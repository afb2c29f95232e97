// What a configuration is loaded from.
import type { Encoded, SourceEntry } from './protocol.js';

/** What a custom source returned, or why it failed. */
export type Answer = { values: Encoded } | { error: string };

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Checks the merged values of each version before it is published. */
export interface Validator {
  /** The schema as JSON Schema, where its library converts it: its types guide texts, its marks name secrets. */
  jsonSchema(): object | undefined;
  /** Checks a prepared load: gives what the schema returned, as it crosses, or a promise of it. @throws `ERR_SUPERCONFIG_VALIDATION` */
  validate(prepared: number): string | Promise<string>;
}

/** The sources and options of a configuration, as the builder collected them. */
export interface LoadRequest {
  /** The options that cross to the addon as they are. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly sources: readonly SourceEntry[];
  /** The environment that the program gave in place of the process's. */
  readonly environment: Environment | undefined;
  readonly validator: Validator | undefined;
}

/** A request as JSON text for the addon, with the environment as it was captured, and the answers of custom sources by their indexes. */
export function toText(
  { options, sources, validator, environment: given }: LoadRequest,
  captured: Environment | undefined,
  answers?: ReadonlyMap<number, Answer>,
): string {
  return JSON.stringify({
    ...options,
    ...(validator && { validated: true, jsonSchema: validator.jsonSchema() }),
    // What the program gave holds for good; what was captured, for this load.
    ...(given === undefined ? { captured } : { env: captured }),
    sources: sources.map(({ kind, implementation, ...content }, index) =>
      kind === 'custom' ? { source: { ...content, ...answers?.get(index) } } : { [kind]: content },
    ),
  });
}
