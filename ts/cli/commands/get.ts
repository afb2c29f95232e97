// `superconfig get`: one value.
import type { Command } from '../command.js';

export const command: Command = {
  name: 'get',
  help: 'One value: text, numbers and booleans as they are, tables and arrays as JSON. Exit code 1 where there is none. A secret shows as [redacted].',
  examples: ['get server.port', 'get db.pool --json', "get 'servers[0].host' --profile production"],
  arguments: [{ name: 'PATH', description: 'the path, for example server.port', required: true }],
  shared: { sources: true, json: true, secrets: true },
  quiet: true,
  async run(context) {
    const path = context.arguments[0] as string;
    const isPlain = context.showsSecrets;
    const config = await context.load();
    const { value } = isPlain ? { value: config.get(path) } : config.explain(path);
    if (context.isJson) context.json({ path, value: value ?? null });
    else if (typeof value === 'object' && value !== null) context.out.line((await import('../output/json.js')).toJson(value));
    else context.out.line(String(value ?? (value === null ? 'null' : '')));
    return 0;
  },
};
