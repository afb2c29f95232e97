// The check of one selection of profiles: a load, with holes filled where the caller says so.
import { defaults, type LoadOptions, loadConfig, overrides, type Source, type SuperConfig } from '../../index.js';
import { type Finding, problemOfWarning, problemsOf } from './problem.js';

/** A path that is taken to have a value, where it has none. */
export interface Assumed {
  path: string;
  keys: readonly string[];
  value: unknown;
}

/** The name of the layer that holds assumed values. */
const LAYER = 'assumed';

/** What is wrong with the configuration that the options describe; the assumptions that were needed are added to `used`. */
export async function checkProfile(options: LoadOptions, assumed: readonly Assumed[], used: Set<Assumed>): Promise<Finding[]> {
  let { config, error } = await attempt(options, assumed, []);
  // What refers to a variable that is not there is no hole: the assumed value takes its place.
  const unresolved = error === undefined ? [] : assumed.filter(({ path }) => problemsOf(error).some((problem) => isAt(problem.path, path)));
  if (unresolved.length > 0) {
    for (const one of unresolved) used.add(one);
    ({ config, error } = await attempt(options, assumed, unresolved));
  }
  if (config !== undefined) {
    addUsed(config, assumed, used);
    const warnings = config.warnings.filter(({ origin }) => origin?.source !== LAYER).map(problemOfWarning);
    config.close();
    return warnings;
  }
  // What is wrong stands in the way of the values: without the schema they may load.
  const { schema: _, ...unchecked } = options;
  const { config: loaded } = await attempt(unchecked, assumed, unresolved);
  if (loaded !== undefined) addUsed(loaded, assumed, used);
  const warnings = loaded === undefined ? [] : loaded.warnings.filter(({ origin }) => origin?.source !== LAYER).map(problemOfWarning);
  loaded?.close();
  // An assumed value may break a rule that its type does not tell: that is no problem of the configuration.
  const isAssumed = ({ path, origin }: Finding) => origin?.source === LAYER && assumed.some((one) => isAt(path, one.path));
  return [...problemsOf(error).filter((problem) => !isAssumed(problem)), ...warnings];
}

function addUsed(config: SuperConfig, assumed: readonly Assumed[], used: Set<Assumed>): void {
  if (assumed.length === 0) return;
  const won = config.explainAll().flatMap(({ path, winner }) => (winner?.name === LAYER ? [path] : []));
  for (const one of assumed) {
    if (won.some((path) => isAt(path, one.path)) || config.explain(one.path).winner?.name === LAYER) used.add(one);
  }
}

async function attempt(options: LoadOptions, assumed: readonly Assumed[], replaced: readonly Assumed[]): Promise<{ config?: SuperConfig; error?: unknown }> {
  const holes = assumed.filter((one) => !replaced.includes(one));
  const sources: Source[] = [
    ...options.sources,
    ...holes.map((one) => defaults(treeOf(one), { name: LAYER, join: true })),
    ...replaced.map((one) => overrides(treeOf(one), { name: LAYER })),
  ];
  try {
    return { config: await loadConfig({ ...options, sources }) };
  } catch (error) {
    return { error };
  }
}

const treeOf = ({ keys, value }: Assumed) => keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;

/** Whether a path is another one, or below it. */
function isAt(path: string | undefined, other: string): boolean {
  return path === other || path?.startsWith(`${other}.`) === true || path?.startsWith(`${other}[`) === true;
}
