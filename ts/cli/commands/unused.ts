// `superconfig unused`: what has no effect in any profile.
import { type Origin, SuperConfig, type Unused } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { placeText } from '../output/explanation.js';
import { wrap } from '../output/table.js';
import { loadUnchecked, selectionNames, selectionsOf } from '../selections.js';

export const command: Command = {
  name: 'unused',
  help:
    'What has no effect, whether no profile or any that is found is selected: values that are always overridden or that repeat what is below ' +
    'them, layers without effect, and keys that the schema does not know. Variables, .env files and flags differ from machine to machine: ' +
    'they count with --with-env alone. Exit code 1 where there is something.',
  examples: ['unused', 'unused --with-env', 'unused --profile production --json'],
  options: [{ flags: '--with-env', description: 'with the variables, .env files and flags of this machine' }],
  shared: { sources: true, json: true },
  async run(context) {
    const selections = await selectionsOf(context, { hasVariables: context.flag('withEnv') });
    const { label } = await context.definition();
    if (!context.isJson) context.say(context.dim(`loaded ${label} · ${selectionNames(selections)}`));
    const configs: SuperConfig[] = [];
    try {
      // What references lead to does not matter, and a variable may be missing here.
      for (const { options } of selections) configs.push(await loadUnchecked({ ...options, interpolate: false }));
      const unused = SuperConfig.findUnused(configs);
      const count = unused.values.length + unused.layers.length + unused.unknown.length;
      if (context.isJson) context.json({ loaded: { from: label, profiles: [] }, selections: selections.map(({ profiles }) => profiles), ...unused });
      else if (count === 0) context.say('everything has an effect');
      else context.answer(textOf(unused, context));
      return count > 0 ? 1 : 0;
    } finally {
      for (const config of configs) config.close();
    }
  },
};

function textOf({ values, layers, unknown }: Unused, { colours: { bold, dim }, terminal }: Context): string {
  const place = (origin: Origin | undefined) => (origin === undefined ? '' : `${placeText(origin)}: `);
  const lines = [
    ...values.map(({ path, origin, reason, by }) => {
      const other = by === undefined ? '' : dim(` (${placeText(by)})`);
      return `${place(origin)}${bold(path)} ${reason === 'redundant' ? 'repeats what is below it' : `is always ${by === undefined ? 'removed' : 'overridden'}`}${other}`;
    }),
    ...layers.map(({ name, isEmpty }) => `${name}: ${isEmpty ? 'sets nothing' : 'nothing of it has an effect'}`),
    ...unknown.map(({ path, origin, hint }) => `${place(origin)}${bold(path)} is not in the schema${hint === undefined ? '' : dim(`; ${hint}`)}`),
  ];
  return `${lines.map((line) => wrap(line, terminal.width - 4).join('\n    ')).join('\n')}\n`;
}
