// `superconfig env`: the variables that set values.
import type { Explanation, SuperConfig } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { defaultOf, placeText, typeText, valueText } from '../output/explanation.js';
import { originDocument, toJson } from '../output/json.js';
import { renderTable } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { UsageError } from '../usage-error.js';

export const command: Command = {
  name: 'env',
  help:
    'The variables that could set each path that the layers or the schema know, with type, default and what is in effect. Of a path that ' +
    'several variables mean, the first is the usual one; ambiguous ones are marked.',
  examples: ['env', 'env --unmatched', 'env --example --out .env.example'],
  options: [
    { flags: '--unmatched', description: 'the variables with a prefix that set no known path; exit code 1 where there are any' },
    { flags: '--example', description: 'a .env.example' },
  ],
  shared: { sources: true, json: true, out: true },
  async run(context) {
    if (context.flag('unmatched') && context.flag('example')) throw new UsageError('--unmatched and --example exclude each other');
    if (context.text('out') !== undefined && !context.flag('example')) throw new UsageError('--out needs --example');
    const config = await context.load();
    if (context.flag('unmatched')) return printUnmatched(config, context);
    const explanations = config.explainAll();
    if (context.flag('example')) {
      const text = exampleText(explanations, context.terminal);
      if (context.isJson) context.json({ example: text });
      else context.document(text);
      return 0;
    }
    if (context.isJson) context.json({ paths: explanations.map(document) });
    else context.answer(table(explanations, context));
    return 0;
  },
};

/** The variables of a path, as they are written. */
const variablesOf = ({ names }: Explanation) => names.filter(({ kind }) => kind === 'env');

function table(explanations: readonly Explanation[], { terminal, colours }: Context): string {
  const headings = ['PATH', 'VARIABLES', 'TYPE', 'DEFAULT', 'REQUIRED', 'VALUE', 'SOURCE'];
  const rows = explanations.map((explanation) => {
    const { path, schema, value, winner } = explanation;
    const names = variablesOf(explanation).map(({ name, ambiguous }) => (ambiguous ? `${name} (ambiguous)` : name));
    return [
      { text: path, colour: colours.bold },
      names.join(', '),
      typeText(explanation),
      valueText(defaultOf(explanation), terminal, 24),
      schema?.required ? 'yes' : '',
      valueText(value, terminal, 32),
      { text: winner === null ? '' : placeText(winner), colour: colours.dim },
    ];
  });
  return renderTable(headings, rows, terminal, colours.dim);
}

function document(explanation: Explanation): object {
  const { path, schema, value, winner } = explanation;
  return {
    path,
    variables: variablesOf(explanation).map(({ name, file, ambiguous }) => ({ name, file, ambiguous })),
    type: typeText(explanation) || undefined,
    default: defaultOf(explanation),
    required: schema?.required ?? false,
    description: schema?.description,
    value,
    source: winner === null ? undefined : originDocument(winner),
  };
}

function printUnmatched(config: SuperConfig, context: Context): number {
  const { unmatchedVariables: unmatched } = config;
  const { terminal, colours } = context;
  if (context.isJson) context.json({ unmatched });
  else if (unmatched.length === 0) context.say('every variable sets a known path');
  else {
    const rows = unmatched.map(({ origin, path, closest }) => [
      { text: origin.variable ?? '', colour: colours.bold },
      path === undefined ? 'nothing' : `the new key ${path}`,
      closest ?? '',
      origin.file === undefined ? 'environment' : `${origin.file}:${origin.line}`,
    ]);
    context.answer(renderTable(['VARIABLE', 'SETS', 'MEANT', 'FROM'], rows, terminal, colours.dim));
  }
  return unmatched.length === 0 ? 0 : 1;
}

/** A `.env.example`: each variable with what it is for; those that have to be set stand alone, the others are comments. */
function exampleText(explanations: readonly Explanation[], terminal: Terminal): string {
  const blocks = explanations.flatMap((explanation) => {
    const name = variablesOf(explanation).find(({ file, ambiguous }) => !file && !ambiguous)?.name;
    if (name === undefined) return [];
    const { path, schema, candidates } = explanation;
    const about = [schema?.description, [path, typeText(explanation)].filter(Boolean).join(', ')].filter((text) => text !== undefined);
    const lines = about.flatMap((text) => text.split('\n')).map((line) => terminal.text(`# ${line}`));
    const value = defaultOf(explanation) ?? candidates.findLast(({ kind }) => !['env', 'dotenv', 'args'].includes(kind))?.value;
    const isHidden = value === undefined || value === '[redacted]';
    const shown = isHidden ? '' : dotenvText(value);
    // The format has no escapes for other characters.
    const assignment = `${name}=${terminal.isUnicode || isAscii(shown) ? shown : ''}`;
    return [[...lines, schema?.required || isHidden ? assignment : `# ${assignment}`].join('\n')];
  });
  return blocks.length === 0 ? '# no source reads variables\n' : `${blocks.join('\n\n')}\n`;
}

const isAscii = (text: string) => /^[\0-\x7f]*$/.test(text);

/** A value as a `.env` file has it. */
function dotenvText(value: unknown): string {
  const text = typeof value === 'string' ? value : toJson(value, { isCompact: true });
  if (/^[\w./:@%+,-]*$/.test(text)) return text;
  if (!/['\n]/.test(text)) return `'${text}'`;
  return `"${text.replace(/[\\"$]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
