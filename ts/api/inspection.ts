// Answers to questions about a configuration beside its values.
import { native } from '../engine/addon.js';
import type { Attachment } from '../engine/attachment.js';
import { toJsonValue, toValue } from '../engine/codec.js';
import { checkNames } from '../engine/option-names.js';
import { type LoosePath, toNativePath } from '../engine/path.js';
import { sync } from '../engine/read-cache.js';
import { booleanOf, stringOf } from '../internal/validate.js';
import { type Difference, toDifferences } from './types/difference.js';
import { type Explanation, toExplanation, toExplanations } from './types/explanation.js';
import type { Inspection } from './types/inspection.js';
import type { ToStringOptions } from './types/options.js';
import { type StatusReport, toStatus } from './types/status.js';
import type { Unused } from './types/unused.js';

/** The options of `toString` that are there or not. */
const SWITCHES = ['secrets', 'indent', 'origins', 'changed', 'ascii'] as const;

/** The newest version that a read sees: that of the configuration, or what is laid over it. */
function shownOf(attachment: Attachment): number {
  sync(attachment);
  return attachment.shown.id;
}

const METHODS: { [Name in Methods]: (attachment: Attachment, ...given: Parameters<Inspection[Name]>) => ReturnType<Inspection[Name]> } = {
  explain: explainPath,
  explainAll: (attachment) => toExplanations(native().explain(shownOf(attachment))),
  toJSON: (attachment) => toJsonValue(native().read(shownOf(attachment), '', false, true)),
  toString: (attachment, options: ToStringOptions = {}) => {
    checkNames(options, ['format', ...SWITCHES], 'the options of `toString`');
    const format = stringOf(options.format ?? 'json', 'a format');
    const switches = SWITCHES.filter((name) => booleanOf(options[name] ?? false, name));
    return native().render(shownOf(attachment), format, switches.join(' '));
  },
};

type Methods = 'explain' | 'explainAll' | 'toJSON' | 'toString';
type Properties = Exclude<keyof Inspection, Methods>;

/** What a method of `Inspection` returns. */
export function inspect(name: string, attachment: Attachment, given: unknown[]): unknown {
  return (METHODS[name as Methods] as (attachment: Attachment, ...given: unknown[]) => unknown)(attachment, ...given);
}

/** The value of a property of `Inspection`. */
export function describe(name: string, attachment: Attachment): unknown {
  sync(attachment);
  const described: unknown = JSON.parse(native().describe(attachment.id, name as Properties));
  return name === 'status' ? toStatus(described as StatusReport) : (described ?? undefined);
}

/** The explanation of the value at a path. */
export function explainPath(attachment: Attachment, path: LoosePath = ''): Explanation {
  const { text, segments } = toNativePath(path);
  return toExplanation(native().explain(shownOf(attachment), text, segments));
}

/** The differences between two configurations. */
export function differencesOf(before: Attachment, after: Attachment): Difference[] {
  return toDifferences(native().differences(shownOf(before), shownOf(after)));
}

/** What has no effect in any of the configurations. */
export function unusedIn(attachments: Attachment[]): Unused {
  return JSON.parse(native().findUnused(attachments.map(shownOf))) as Unused;
}

/** The text for `console.log`, with secrets redacted. */
export function printed(attachment: Attachment, options: object, inspect?: (value: unknown, options: object) => string): string {
  if (attachment.closed) return 'SuperConfig (closed)';
  const redacted = native().read(shownOf(attachment), '', false, true);
  return `SuperConfig ${inspect === undefined ? JSON.stringify(toJsonValue(redacted)) : inspect(toValue(redacted, false), options)}`;
}
