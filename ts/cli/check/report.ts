// The findings of a check, for the formats that report it.
import type { Problem } from './problem.js';

/** A path that was taken to have a value, as there is none. */
export interface Assumption {
  path: string;
  /** The type of the value. */
  type: string;
}

/** The outcome of a check. */
export interface CheckReport {
  problems: readonly Problem[];
  /** The profiles that were loaded, each as the names that apply together; the base has none. */
  selections: readonly (readonly string[])[];
  /** The paths that were taken to have a value. */
  assumed: readonly Assumption[];
  /** Whether warnings count. */
  isStrict: boolean;
}

/** The name of a selection of profiles. */
export function selectionName(profiles: readonly string[]): string {
  return profiles.length === 0 ? '(no profile)' : profiles.join(',');
}

/** How many problems there are. */
export function countsOf(problems: readonly Problem[]): { errors: number; warnings: number } {
  const errors = problems.filter(({ level }) => level === 'error').length;
  return { errors, warnings: problems.length - errors };
}

/** The counts in words. */
export function summaryOf({ problems, selections }: CheckReport): string {
  const { errors, warnings } = countsOf(problems);
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const names = selections.map(selectionName).join(', ');
  return `${many(errors, 'error')}, ${many(warnings, 'warning')} in ${many(selections.length, 'configuration')}: ${names}`;
}

/** What was assumed, in words; nothing where nothing was. */
export function assumptionsOf({ assumed }: CheckReport): string[] {
  return assumed.length === 0 ? [] : [`assumed: ${assumed.map(({ path, type }) => `${path} (${type})`).join(', ')}`];
}
