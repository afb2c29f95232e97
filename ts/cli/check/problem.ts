// One problem of a configuration: its place, its text, and the profiles that have it.
import { isSuperConfigError, type Origin, type Warning } from '../../index.js';
import { placeText, positionText } from '../output/explanation.js';

/** A problem, as every format reports it. */
export interface Problem {
  level: 'error' | 'warning';
  code: string;
  /** What is wrong, with what was expected and found, without its place. */
  message: string;
  /** The dotted path of the value. */
  path?: string;
  /** Where the value that won is. */
  origin?: Origin;
  hint?: string;
  /** The profiles that have it; the base has no name. */
  profiles: string[];
  /** Whether the configuration without a profile has it. */
  isInBase: boolean;
  /** The lines around it, with no secret in them. */
  snippet?: string;
}

/** A problem of one load. */
export type Finding = Omit<Problem, 'profiles' | 'isInBase'>;

/** The problems that an error tells of, each with its own place. */
export function problemsOf(thrown: unknown): Finding[] {
  if (!isSuperConfigError(thrown)) {
    const { message, code } = (thrown ?? {}) as { message?: unknown; code?: unknown };
    return [{ level: 'error', code: typeof code === 'string' ? code : 'ERROR', message: String(message ?? thrown) }];
  }
  const { code, issues = [], snippet, hint } = thrown;
  if (issues.length === 0) {
    const { path, origin } = thrown;
    return [{ level: 'error', code, message: withoutPlace(thrown.message, origin, path), ...present({ path, origin, hint, snippet }) }];
  }
  const isSingle = issues.length === 1;
  return issues.map((issue) => {
    const { path, message, expected, found, origin } = issue;
    const types = [expected && `expected ${expected}`, found && `found ${found}`].filter((part) => part && !message.includes(part));
    const text = types.length === 0 ? message : `${message} (${types.join(', ')})`;
    return {
      level: 'error' as const,
      code,
      message: text,
      ...present({ path, origin, hint: issue.hint ?? (isSingle ? hint : undefined), snippet: isSingle ? snippet : undefined }),
    };
  });
}

/** A warning as a problem. */
export function problemOfWarning({ code, message, path, origin }: Warning): Finding {
  return { level: 'warning', code, message, ...present({ path, origin }) };
}

/** Collects problems; the same one of several profiles is one. */
export class Problems {
  readonly #all = new Map<string, Problem>();
  readonly #place: (file: string) => string;

  /** @param place - Names a file for the reader of the report. */
  constructor(place: (file: string) => string) {
    this.#place = place;
  }

  add(found: readonly Finding[], profiles: readonly string[]): void {
    for (const given of found) {
      const { file } = given.origin ?? {};
      const problem = file === undefined ? given : { ...given, origin: { ...given.origin, file: this.#place(file) } };
      const { level, code, message, path, origin } = problem;
      const key = JSON.stringify([level, code, message, path, origin]);
      const known = this.#all.get(key) ?? { ...problem, profiles: [], isInBase: false };
      if (profiles.length === 0) known.isInBase = true;
      else known.profiles.push(profiles.join(','));
      this.#all.set(key, known);
    }
  }

  /** All of them, errors first, and otherwise in the order in which they were found. */
  get list(): Problem[] {
    const all = [...this.#all.values()];
    return [...all.filter(({ level }) => level === 'error'), ...all.filter(({ level }) => level === 'warning')];
  }
}

/** The place of a problem as text: `file:line:column`, a variable or a layer's name; empty where it has none. */
export function placeOf(origin: Origin | undefined): string {
  return origin === undefined ? '' : (positionText(origin) ?? placeText(origin));
}

/** The path and the message. */
export function sentenceOf({ path, message, hint }: Problem): string {
  const sentence = path === undefined || path === '' || message.includes(`\`${path}\``) ? message : `${path}: ${message}`;
  return hint === undefined ? sentence : `${sentence}; ${hint}`;
}

/** The profiles of a problem in words; nothing where all have it. */
export function profilesOf({ profiles, isInBase }: Problem, total: number): string {
  if (profiles.length + Number(isInBase) === total) return '';
  return [...(isInBase ? ['no profile'] : []), ...profiles].join(', ');
}

/** The sentence of an error's text, without the place and the path before it, and without the lines after it. */
function withoutPlace(message: string, origin: Origin | undefined, path: string | undefined): string {
  let [sentence = ''] = message.split('\n');
  for (const prefix of [`${placeOf(origin)}: `, `${path}: `]) {
    if (prefix.length > 2 && sentence.startsWith(prefix)) sentence = sentence.slice(prefix.length);
  }
  return sentence;
}

/** What is there of an object's fields. */
function present<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
