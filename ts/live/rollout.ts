// Rollout: the choice between two subtrees of a store by a rule that is stored beside them.
import { createHash } from 'node:crypto';
import { parse, SuperConfigError } from '../index.js';
import type { Entries, Entry } from './mirror.js';

/**
 * A rollout: the key of its rule, and which instance this is.
 *
 * The rule is a document of JSON or YAML with `stable` and `candidate`, the names of subtrees below the prefix, `percent` of the instances
 * that take the candidate, `match`, labels that an instance has to have for it, and `salt`, the key's name by default. An instance keeps its
 * side as long as it keeps its name: from 10 to 50 percent the first 10 stay.
 *
 * @example
 * ```ts
 * import type { Rollout } from 'superconfig/live';
 *
 * // `/shop/rollout` holds `{ "stable": "v1", "candidate": "v2", "percent": 10, "match": { "region": "eu" } }`
 * const rollout: Rollout = { key: '/shop/rollout', instance: 'cart-7', labels: { region: 'eu' } };
 * ```
 */
export interface Rollout {
  /** The key of the rule, below the prefix. */
  key: string;
  /** The name of this instance, which stays when it restarts. */
  instance: string;
  /** Its labels, for `match`. */
  labels?: Readonly<Record<string, string>>;
}

/** A rule, checked. */
interface Rule {
  stable: string;
  candidate?: string;
  percent?: number;
  match?: Record<string, string>;
  salt?: string;
}

/** Checks a rollout. @throws `ERR_SUPERCONFIG_OPTION` */
export function checkRollout({ key, instance, labels = {} }: Rollout, prefix: string | undefined): void {
  if (prefix === undefined) throw optionError('`rollout` is for a `prefix`');
  if (typeof key !== 'string' || !key.startsWith(prefix) || key === prefix) throw optionError('`rollout.key` is a key below the prefix');
  if (typeof instance !== 'string' || instance === '') throw optionError('`rollout.instance` is text');
  if (!isTextTable(labels)) throw optionError('`rollout.labels` is a table of text');
}

/**
 * The name of the subtree that an instance takes.
 *
 * @throws where there is no rule, or one that is malformed; its key and revision are in the message.
 */
export function chooseSubtree({ key, instance, labels = {} }: Rollout, entries: Entries): string {
  const { stable, candidate, percent, match = {}, salt = key } = readRule(key, entries.get(key));
  if (candidate === undefined || !Object.entries(match).every(([name, value]) => labels[name] === value)) return stable;
  return bucketOf(salt, instance) < 100 * (percent ?? 100) ? candidate : stable;
}

/** The bucket of an instance, from 0 to 9,999; the same for ever. */
export function bucketOf(salt: string, instance: string): number {
  return createHash('sha256').update(`${salt}\0${instance}`).digest().readUInt32BE(0) % 10_000;
}

function readRule(key: string, entry: Entry | undefined): Rule {
  const fail = (problem: string): never => {
    throw new Error(`the rule of the rollout, ${key}${entry === undefined ? '' : ` at revision ${entry.revision}`}, ${problem}`);
  };
  if (entry === undefined) return fail('is not there');
  let rule: unknown;
  try {
    // JSON is YAML as well.
    rule = parse(entry.value, 'yaml');
  } catch (error) {
    return fail(`cannot be read: ${(error as Error).message}`);
  }
  if (typeof rule !== 'object' || rule === null) return fail('is no table');
  const { stable, candidate, percent, match, salt, ...more } = rule as Record<string, unknown>;
  if (Object.keys(more).length > 0) return fail(`has no \`${Object.keys(more)[0]}\``);
  for (const [name, text] of Object.entries({ stable, candidate, salt })) {
    const isMissing = text === undefined && name !== 'stable';
    if (!isMissing && (typeof text !== 'string' || text === '')) return fail(`has a \`${name}\` that is not text`);
  }
  if (percent !== undefined && !(typeof percent === 'number' && percent >= 0 && percent <= 100)) return fail('has a `percent` that is no number from 0 to 100');
  if (match !== undefined && !isTextTable(match)) return fail('has a `match` that is no table of text');
  return rule as Rule;
}

function isTextTable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function optionError(message: string): SuperConfigError {
  return new SuperConfigError('ERR_SUPERCONFIG_OPTION', message);
}
