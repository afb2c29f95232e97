// The proof of a migration: what the old package and the new definition give in each environment, compared by meaning.
import { type Difference, defaults, isSuperConfigError, type LoadOptions, loadConfig, type SuperConfig } from '../../index.js';
import type { OldPackage } from './plan.js';

/** One environment, compared. */
export interface Comparison {
  environment: string;
  isEqual: boolean;
  /** What differs: `before` is of the old package. */
  differences: Difference[];
  /** Why it could not be compared. */
  error?: string;
}

/** The comparison of all environments. */
export interface Proof {
  package: string;
  /** The version of the package that was loaded; none where it is not installed. */
  version?: string;
  environments: Comparison[];
}

/** Compares; `isText` says that the old package knows text only. */
export async function prove(old: OldPackage, options: LoadOptions, variables: Readonly<Record<string, string | undefined>>, isText = false): Promise<Proof> {
  const environments: Comparison[] = [];
  const { watch: _, name: __, ...loadable } = options;
  for (const { environment, values, error } of old.outcomes) {
    if (values === undefined) {
      environments.push({ environment, isEqual: false, differences: [], error: `${old.name} does not load: ${error ?? 'it gives nothing'}` });
      continue;
    }
    const env = environment === '' ? variables : { ...variables, NODE_ENV: environment };
    const opened: SuperConfig[] = [];
    const open = async (given: LoadOptions) => {
      const config = await loadConfig(given);
      opened.push(config);
      return config;
    };
    try {
      const config = await open({ ...loadable, env, profile: environment === '' ? [] : environment.split(',') });
      const rules = loadable.secrets === undefined ? {} : { secrets: loadable.secrets };
      const after = isText ? await open({ ...rules, sources: [defaults(asText(config.current) as object, { directives: false })] }) : config;
      const before = await open({ ...rules, sources: [defaults(values, { name: `${old.name} ${old.version}`, directives: false })] });
      const differences = before.differences(after).map((difference) => withOrigin(difference, config));
      environments.push({ environment, isEqual: differences.length === 0, differences });
    } catch (thrown) {
      const sentence = isSuperConfigError(thrown) ? thrown.message.split('\n')[0] : String(thrown);
      environments.push({ environment, isEqual: false, differences: [], error: `the new definition does not load: ${sentence}` });
    } finally {
      for (const config of opened) config.close();
    }
  }
  return { package: old.name, ...(old.version !== undefined && { version: old.version }), environments };
}

/** The difference with the origin that the value has in the new definition. */
function withOrigin({ before, after, ...difference }: Difference, config: SuperConfig): Difference {
  const old = before && { before: { value: before.value } };
  if (after === undefined) return { ...difference, ...old };
  const { winner } = config.explain(difference.path);
  if (winner === null) return { ...difference, ...old, after: { value: after.value } };
  const { action: _, value: __, name, ...origin } = winner;
  return { ...difference, ...old, after: { value: after.value, origin: { source: name, ...origin } } };
}

/** Values as the variables of an environment have them. */
export function asText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member)]));
}
