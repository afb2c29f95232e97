// The sources, options and environment that a configuration is loaded from.
import type { Bounds } from './lifetime.js';
import type { Encoded, SourceEntry } from './protocol.js';
import type { DocumentList, TextList } from './source-data.js';

/** What a custom source returned, or why it failed. */
export type Answer = { values: Encoded } | { texts: TextList } | { documents: DocumentList } | { error: string };

/** The variables of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a schema says of keys and types ahead of checking. */
export interface Guidance {
  /** The schema as JSON Schema, where its library converts it: its types guide texts, its marks name secrets. */
  readonly schema?: object;
  /** Why that failed. */
  readonly failure?: string;
}

/** Checks the merged values of each version before it is published. */
export interface Validator {
  guidance(): Guidance;
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

/** Whether this thread alone can make a version: it validates the values, or derives some of them. */
export function isCheckedByHost({ sources, validator }: LoadRequest): boolean {
  return validator !== undefined || sources.some(({ kind }) => kind === 'derive');
}

/** What a source of each kind is made of, where that is one text. */
const PARTS: Readonly<Record<string, string>> = { file: 'path', glob: 'pattern', dir: 'path', discover: 'name', env: 'prefix' };

/** A load as it crosses to the addon: its request, and the captured environment where that is no part of it. */
export type Crossing = [request: string, environment: string | undefined];

/**
 * A request as text for the addon, with the answers of custom sources. Most requests are a directory and sources without options: these
 * cross in brief, as writing JSON and reading it takes longer than parsing a small file, and with the environment, as one text crosses
 * more quickly than two.
 */
export function toCrossing(request: LoadRequest, environment: string | undefined, answers?: ReadonlyMap<number, Answer>): Crossing {
  const brief = inBrief(request);
  return brief === undefined ? [inJson(request, answers), environment] : [brief + (environment ?? ''), undefined];
}

/**
 * The directory, the number of sources, then the kind of each and what it is made of, each ended by NUL; nothing where there is more to
 * say.
 */
function inBrief({ options, sources, validator, environment }: LoadRequest): string | undefined {
  const { cwd } = options;
  if (typeof cwd !== 'string' || cwd.includes('\0') || validator !== undefined || environment !== undefined) return undefined;
  if (Object.keys(options).some((name) => name !== 'cwd' && options[name] !== undefined)) return undefined;
  let text = `${cwd}\0${sources.length}\0`;
  for (const source of sources) {
    const name = PARTS[source.kind] ?? '';
    const part = source[name];
    if (typeof part !== 'string' || part.includes('\0') || !Object.hasOwn(source, name) || Object.keys(source).length !== 2) return undefined;
    text += `${source.kind}\0${part}\0`;
  }
  return text;
}

function inJson(request: LoadRequest, answers: ReadonlyMap<number, Answer> | undefined): string {
  const { options, sources, validator, environment: env } = request;
  const entries = sources.map((source, index) => {
    // What is `undefined` does not cross.
    if (source.kind !== 'custom') return { [source.kind]: { ...source, kind: undefined } };
    return { source: { ...source, kind: undefined, implementation: undefined, ...answers?.get(index) } };
  });
  const guidance = validator?.guidance();
  const validated = isCheckedByHost(request) || undefined;
  const members = JSON.stringify(options).slice(0, -1);
  const rest = { env, validated, jsonSchema: guidance?.schema, jsonSchemaFailure: guidance?.failure, sources: entries };
  // Texts are joined, as spreading the parts into one object takes longer than all the rest.
  return `${members}${members === '{' ? '' : ','}${JSON.stringify(rest).slice(1)}`;
}
