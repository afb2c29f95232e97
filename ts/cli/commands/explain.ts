// `superconfig explain`: where values come from.
import type { Command } from '../command.js';
import { explanationText, treeText } from '../output/explain-view.js';

export const command: Command = {
  name: 'explain',
  help:
    'Where a value comes from: each layer that contributed, the losers marked with ~, the names that could set it, what its schema says, and ' +
    'what was never reached and why. Without a path, or for a table, all values in it as a tree. Secrets show as [redacted].',
  examples: ['explain', 'explain db.pool.max', 'explain db --profile production'],
  arguments: [{ name: 'PATH', description: 'the path of a value or table' }],
  shared: { sources: true, json: true },
  async run(context) {
    const config = await context.load();
    const [path = ''] = context.arguments;
    const found = path === '' ? undefined : config.explain(path);
    const isTable = found === undefined || (typeof found.value === 'object' && found.value !== null && !Array.isArray(found.value));
    const below = (text: string) => found === undefined || text === found.path || text.startsWith(`${found.path}.`) || text.startsWith(`${found.path}[`);
    const inside = isTable ? config.explainAll().filter((explanation) => below(explanation.path)) : [];
    const explanations = found !== undefined && inside.length === 0 ? [found] : inside;
    if (context.isJson) context.json({ path, explanations });
    else if (found !== undefined && !(isTable && inside.length > 0)) context.answer(explanationText(found, context.terminal, context.colours));
    else if (explanations.length > 0) context.answer(treeText(explanations, context.terminal, context.colours));
    return 0;
  },
};
