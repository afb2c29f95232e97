// `superconfig print`: the merged values.
import { type Format, parse } from '../../index.js';
import type { Command } from '../command.js';
import { WRITTEN } from '../formats.js';
import { originDocument } from '../output/json.js';

export const command: Command = {
  name: 'print',
  help: 'The merged values in a format that loads again. Secrets show as [redacted].',
  examples: ['print', 'print --origins', 'print --format toml --out effective.toml', 'print --profile production --changed'],
  options: [
    { flags: '--format <FORMAT>', description: 'the format; yaml where nothing is said', choices: WRITTEN },
    { flags: '--origins', description: 'above each value a comment: where it comes from, and what it overrides' },
    { flags: '--changed', description: 'only what is not as in the layers of defaults' },
  ],
  shared: { sources: true, json: true, secrets: true, out: true },
  async run(context) {
    const secrets = context.showsSecrets;
    const [origins, changed] = [context.flag('origins'), context.flag('changed')];
    const config = await context.load();
    if (context.isJson) {
      const values = parse(config.toString({ format: 'json5', secrets, changed }), 'json5');
      const winners = origins ? config.explainAll().flatMap(({ path, winner }) => (winner === null ? [] : [[path, originDocument(winner)]])) : [];
      context.jsonDocument({ values, ...(origins && { origins: Object.fromEntries(winners) }) }, secrets);
      return 0;
    }
    const format = (context.text('format') ?? 'yaml') as Format;
    const ascii = !context.terminal.isUnicode && context.text('out') === undefined;
    context.document(config.toString({ format, secrets, origins, changed, ascii, indent: true }), secrets);
    return 0;
  },
};
