// `superconfig print`: the merged values.
import type { Format } from '../../index.js';
import type { Command } from '../command.js';

const FORMATS = ['yaml', 'toml', 'json', 'jsonc', 'json5', 'dotenv'] as const satisfies readonly Format[];

export const command: Command = {
  name: 'print',
  help: 'The merged values in a format that loads again. Secrets show as [redacted].',
  examples: ['print', 'print --format toml --out effective.toml', 'print --profile production --changed'],
  options: [{ flags: '--format <FORMAT>', description: 'the format; YAML where nothing is said', choices: FORMATS }],
  shared: { sources: true, json: true, secrets: true, out: true },
  async run(context) {
    const isPlain = context.showsSecrets;
    const config = await context.load();
    if (context.isJson) context.json({ values: isPlain ? config.current : config.toJSON() });
    else context.document(config.toString({ format: (context.text('format') ?? 'yaml') as Format, secrets: isPlain }), isPlain);
    return 0;
  },
};
