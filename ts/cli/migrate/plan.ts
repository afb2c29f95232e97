// The plan of a migration: the definition that takes the old package's place, and what has to change beside it.
import type { LoadOptions, Source } from '../../index.js';
import { codeOf } from './code.js';

/** One source of the new definition, as an object and as code. */
export interface PlannedSource {
  source: Source;
  /** The helper. */
  helper: string;
  /** What it is called with. */
  arguments: readonly unknown[];
}

/** Something that is to be changed by hand, or that is good to know. */
export interface Change {
  kind: 'rename' | 'replace' | 'remove' | 'note';
  /** The file, or file and line, that it is about. */
  at?: string;
  /** What is there now; of a note, the whole text. */
  from: string;
  to?: string;
}

/** The values that the old package gives in one environment. */
export interface OldValues {
  environment: string;
  values?: object;
  /** Why there are none. */
  error?: string;
}

/** The old package, and what it gives. */
export interface OldPackage {
  name: string;
  /** Its version; none where it is not installed. */
  version?: string;
  outcomes: readonly OldValues[];
}

/** A migration. */
export interface Plan {
  sources: readonly PlannedSource[];
  /** The options beside the sources, as they are loaded. */
  options: Omit<LoadOptions, 'sources'>;
  /** The option `profile` as code; none where there are no profiles. */
  profileCode?: string;
  changes: Change[];
  old: OldPackage;
  /** Whether the old package knows text only. */
  isText?: boolean;
}

/** The text of the definition file; `show` may mask values. */
export function definitionText({ sources, options, profileCode }: Plan, show: (value: unknown) => unknown = (value) => value): string {
  const helpers = [...new Set(['defineConfig', ...sources.map(({ helper }) => helper)])].sort();
  const calls = sources.map(({ helper, arguments: given }) => `    ${helper}(${given.map((value) => codeOf(show(value), '    ')).join(', ')}),`);
  const { secrets } = options;
  const more = [
    ...(profileCode === undefined ? [] : [`  profile: ${profileCode},`]),
    ...(secrets === undefined ? [] : [`  secrets: ${codeOf(secrets, '  ')},`]),
  ];
  const lines = [`import { ${helpers.join(', ')} } from 'superconfig';`, '', 'export default defineConfig({', '  sources: [', ...calls, '  ],', ...more, '});'];
  return `${lines.join('\n')}\n`;
}
