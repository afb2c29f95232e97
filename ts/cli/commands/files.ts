// `superconfig files`: every place that was searched.
import type { Command } from '../command.js';
import { renderTable } from '../output/table.js';

export const command: Command = {
  name: 'files',
  help:
    'Every place that was searched, in order, the later winning: found or not, its format, whether others could have written it, how many ' +
    'values it sets and how many of them win. A layer of which none wins is dead.',
  examples: ['files', 'files --profile production', 'files --discover myapp --json'],
  shared: { sources: true, json: true },
  async run(context) {
    const { files } = await context.load();
    if (context.isJson) {
      context.json({ files });
      return 0;
    }
    const { terminal, colours } = context;
    const isFound = (status: string) => status === 'found';
    const rows = files.map(({ name, kind, status, format, concern, sets, wins, reason }) => [
      { text: name, colour: isFound(status) ? colours.bold : colours.dim },
      kind,
      status,
      format ?? '',
      isFound(status) && kind === 'file' ? (concern ?? 'ok') : '',
      isFound(status) ? String(sets) : '',
      { text: isFound(status) ? String(wins) : '', colour: sets > 0 && wins === 0 ? colours.yellow : (text: string) => text },
      { text: reason ?? (isFound(status) && sets > 0 && wins === 0 ? 'none of its values wins' : ''), colour: colours.dim },
    ]);
    context.answer(renderTable(['PLACE', 'KIND', 'STATUS', 'FORMAT', 'TRUST', 'SETS', 'WINS', 'NOTE'], rows, terminal, colours.dim));
    return 0;
  },
};
