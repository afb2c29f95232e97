// `superconfig diff`: what differs between two configurations.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ComparedValue, Difference } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { loadSide, type Side, type SideSpec } from '../diff/side.js';
import { placeText, valueText } from '../output/explanation.js';

export const command: Command = {
  name: 'diff',
  help:
    'What differs between two configurations, with the origins of both sides. Each is a profile, a file, a directory, git:REF, or a saved ' +
    '`print --json`; without the second, the first stands beside what is loaded now, and git:REF PATH beside that path of the working tree. ' +
    'Numbers are compared by value, and array elements by their key where the definition merges them by one. Secrets are compared, not shown; a ' +
    'value that a saved print has masked is unknown. A reference is loaded by the definition of now, with files that git ignores as they are ' +
    'now. Exit code 1 where something differs.',
  examples: ['diff staging production', 'diff config/default.toml config/production.yaml', 'diff git:main', 'diff git:v1.0 config', 'diff saved.json'],
  arguments: [
    { name: 'A', description: 'a profile (several with commas), a path, git:REF, or a saved print', required: true },
    { name: 'B', description: 'the same; what is loaded now where nothing is said' },
  ],
  shared: { sources: true, json: true },
  async run(context) {
    const sides: Side[] = [];
    try {
      for (const spec of specsOf(context)) sides.push(await loadSide(spec, context));
      const [a, b] = sides as [Side, Side];
      const found = a.config.differences(b.config).map((difference) => withNoted(difference, a, b));
      if (context.isJson) context.json({ a: a.label, b: b.label, differences: found });
      else show(found, a, b, context);
      return found.some(({ kind }) => kind !== 'unknown') ? 1 : 0;
    } finally {
      for (const { config } of sides) config.close();
    }
  },
};

function specsOf({ arguments: [a = '', b], cwd }: Context): [SideSpec, SideSpec] {
  const spec = (text: string): SideSpec => (text.startsWith('git:') ? { kind: 'git', ref: text.slice('git:'.length) } : { kind: 'given', text });
  if (b === undefined) return [spec(a), { kind: 'now' }];
  const first = spec(a);
  // A path behind a reference is that of both, not the other side.
  if (first.kind === 'git' && !b.startsWith('git:') && (existsSync(resolve(cwd, b)) || /[\\/.]/.test(b))) {
    return [
      { ...first, path: b },
      { kind: 'path', path: b },
    ];
  }
  return [first, spec(b)];
}

/** The difference with the origins that a saved output has noted. */
function withNoted(difference: Difference, a: Side, b: Side): Difference {
  const side = (value: ComparedValue | undefined, { origins }: Side) => {
    const origin = value === undefined ? undefined : origins?.[difference.path];
    return value && { ...value, ...(origin && { origin }) };
  };
  const [before, after] = [side(difference.before, a), side(difference.after, b)];
  return { ...difference, ...(before && { before }), ...(after && { after }) };
}

function show(found: readonly Difference[], a: Side, b: Side, context: Context): void {
  const { terminal, colours } = context;
  const { green, red, yellow, dim } = colours;
  context.say(context.dim(`comparing ${a.label} with ${b.label}`));
  const side = (of: ComparedValue | undefined) => {
    const place = of?.origin === undefined ? '' : placeText(of.origin);
    return of === undefined ? '' : `${valueText(of.value, terminal)}${place === '' ? '' : dim(` (${place})`)}`;
  };
  for (const { kind, path, before, after } of found) {
    if (kind === 'added') context.answer(`${green(`+ ${path} =`)} ${side(after)}`);
    else if (kind === 'removed') context.answer(`${red(`- ${path} =`)} ${side(before)}`);
    else if (kind === 'changed') context.answer(`${yellow(`~ ${path} =`)} ${side(before)} ${terminal.symbols.arrow} ${side(after)}`);
    else context.answer(dim(`? ${path} was masked when it was saved: nobody can tell`));
  }
  if (found.length === 0) context.say('no differences');
}
