// `superconfig convert`: a document in another format.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Converted, type ConvertOptions, convert, type Format, file, isSuperConfigError, loadConfigSync, SuperConfigError } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { formatOf, READ, WRITTEN } from '../formats.js';
import { UsageError } from '../usage-error.js';

export const command: Command = {
  name: 'convert',
  help:
    'Writes a file in another format, its keys in their order, and says what that format cannot hold. Comments are not kept. The formats are ' +
    'those of the names, else of --format and --to. On standard output secrets show as [redacted], those that the definition marks among them; ' +
    '--out keeps them.',
  examples: ['convert config/default.toml --to yaml', 'convert config/default.toml --out config/default.yaml', 'convert settings --format ini --to json'],
  arguments: [{ name: 'FILE', description: 'the file to read', required: true }],
  options: [
    { flags: '--to <FORMAT>', description: 'the format to write', choices: WRITTEN },
    { flags: '--format <FORMAT>', description: 'the format of FILE, in place of that of its name', choices: READ },
    { flags: '--from <FILE#EXPORT>', description: 'the definition, in place of superconfig.config.*' },
  ],
  shared: { json: true, secrets: true, out: true },
  async run(context) {
    const name = context.arguments[0] as string;
    const out = context.text('out');
    const to = (context.text('to') as Format | undefined) ?? formatOf(out ?? '');
    if (to === undefined) throw new UsageError(out === undefined ? 'there is no format to write' : `the name ${out} tells no format`, 'name it with --to');
    const from = (context.text('format') as Format | undefined) ?? formatOf(name);
    if (from === undefined) throw new UsageError(`the name ${name} tells no format`, 'name it with --format');
    const isPlain = context.showsSecrets || out !== undefined;
    const ascii = out === undefined && !context.terminal.isUnicode;
    const { text, losses } = converted(context.cwd, name, from, to, { ...(isPlain ? { secrets: true } : await marksOf(context)), ascii });
    const holdsSecrets = out !== undefined && text !== (await maskedText(context, name, from, to));
    if (out !== undefined || !context.isJson) context.document(text, holdsSecrets);
    if (context.isJson) context.json({ from, to, losses, ...(out === undefined ? { text } : { out }) });
    else for (const { path, message } of losses) context.say(path === '' ? message : `${path}: ${message}`);
    return 0;
  },
};

/** The marks of secrets that the definition has, where there is one. */
async function marksOf(context: Context): Promise<ConvertOptions> {
  let definition: Awaited<ReturnType<Context['definition']>>;
  try {
    definition = await context.definition();
  } catch (thrown) {
    if (thrown instanceof UsageError) return {};
    throw thrown;
  }
  const { secrets: patterns = [], schema } = definition.options;
  return { patterns, ...(schema !== undefined && { schema }) };
}

/** The text without its secrets; nothing where the definition does not tell which they are. */
async function maskedText(context: Context, name: string, from: Format, to: Format): Promise<string | undefined> {
  try {
    return converted(context.cwd, name, from, to, await marksOf(context)).text;
  } catch {
    return undefined;
  }
}

function converted(cwd: string, name: string, from: Format, to: Format, options: ConvertOptions): Converted {
  try {
    return convert(decode(readFileSync(resolve(cwd, name)), name), from, to, options);
  } catch (thrown) {
    // Loading knows the file, and says where in it a problem is.
    loadConfigSync({ cwd, env: {}, argv: [], sources: [file(name, { format: from, directives: false })] }).close();
    throw isSuperConfigError(thrown) ? located(thrown, name) : thrown;
  }
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SuperConfigError('ERR_SUPERCONFIG_PARSE', `${name}: the text is not UTF-8`, { origin: { file: name }, cause });
  }
}

/** An error of a text, with the name of its file. */
function located(error: SuperConfigError, name: string): SuperConfigError {
  const { code, message, origin, path, hint } = error;
  if (message.startsWith(name)) return error;
  const details = { origin: { ...origin, file: name }, ...(path !== undefined && { path }), ...(hint !== undefined && { hint }), cause: error };
  return new SuperConfigError(code, `${name}: ${message}`, details);
}
