// The selections of profiles that a command goes through: the base, and every profile that is found.
import { findProfiles, type LoadOptions, loadConfig, type StandardSchema, type SuperConfig, toJsonSchema } from '../index.js';
import type { Context } from './context.js';

/** Profiles that are selected together, and what is loaded then. */
export interface Selection {
  profiles: readonly string[];
  options: LoadOptions;
}

/** What of the sources counts. */
interface SelectionOptions {
  /** Whether variables, `.env` files and flags do, which differ from machine to machine. */
  hasVariables: boolean;
}

/** The profiles to load, each alone, after the base, and those that the definition selects together; or the requested ones alone. */
export function profilesToLoad(options: LoadOptions, requested: readonly string[]): (readonly string[])[] {
  if (requested.length > 0) return [requested];
  const own = [options.profile ?? []].flat();
  return [[], ...findProfiles(options).map((name) => [name]), ...(own.length > 1 ? [own] : [])];
}

/** What each of them loads. */
export async function selectionsOf(context: Context, { hasVariables }: SelectionOptions): Promise<Selection[]> {
  const all = profilesToLoad((await context.definition()).options, context.profiles);
  const selections = all.map(async (profiles): Promise<Selection> => {
    const { watch: _, name: __, ...options } = (await context.definition(profiles)).options;
    const sources = hasVariables ? options.sources : options.sources.filter(({ kind }) => !['env', 'dotenv', 'args'].includes(kind));
    return { profiles, options: { ...options, sources, profile: profiles } };
  });
  return Promise.all(selections);
}

/** Selections for people: `no profile, production, staging`. */
export function selectionNames(selections: readonly Selection[]): string {
  return selections.map(({ profiles }) => (profiles.length === 0 ? 'no profile' : profiles.join('+'))).join(', ');
}

/**
 * Loads the values of a selection: they need not be complete, so its schema guides types and marks secrets, but rejects nothing.
 *
 * @throws {@link SuperConfigError}: what loading gives.
 */
export function loadUnchecked({ schema, ...options }: LoadOptions): Promise<SuperConfig> {
  return loadConfig({ ...options, ...(schema !== undefined && { schema: lenient(schema) }) });
}

/** A schema with the types of another one that accepts every value. */
function lenient(schema: StandardSchema): StandardSchema {
  const standard = {
    version: 1,
    vendor: 'superconfig',
    validate: (value: unknown) => ({ value }),
    jsonSchema: { input: () => toJsonSchema(schema) },
  } as const;
  return { '~standard': standard };
}
