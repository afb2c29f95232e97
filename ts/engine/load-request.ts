// What a configuration is loaded from.
import type { Bounds } from './lifetime.js';
import type { Encoded, SourceEntry } from './protocol.js';

/** What a custom source returned, or why it failed. */
export type Answer = { values: Encoded } | { error: string };

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Checks the merged values of each version before it is published. */
export interface Validator {
  /** The schema as JSON Schema, where its library converts it: its types guide texts, its marks name secrets. */
  jsonSchema(): object | undefined;
  /**
   * Checks a prepared load: gives what the schema returned, as it crosses, or a promise of it, which does not take longer than it may.
   * Where it fails the prepared load is discarded. @throws `ERR_SUPERCONFIG_VALIDATION`
   */
  validate(prepared: number, bounds: Bounds): string | Promise<string>;
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

/** A request as JSON text for the addon, with the program's own environment where it was captured, and the answers of custom sources. */
export function toText(request: LoadRequest, capturedEnv: Environment | undefined, answers?: ReadonlyMap<number, Answer>): string {
  const { options, sources, validator, environment: env } = request;
  return JSON.stringify({
    ...options,
    ...(validator && { validated: true, jsonSchema: validator.jsonSchema() }),
    env,
    capturedEnv,
    sources: sources.map(({ kind, implementation, ...content }, index) =>
      kind === 'custom' ? { source: { ...content, ...answers?.get(index) } } : { [kind]: content },
    ),
  });
}
