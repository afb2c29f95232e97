// `superconfig schema`: the JSON Schema of a layer's file.
import { resolve } from 'node:path';
import { type LoadOptions, type StandardSchema, SuperConfigError, toJsonSchema } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { importReference, shown } from '../definition.js';
import { toAscii, toJson } from '../output/json.js';
import { layerSchema } from '../schema/layer-schema.js';
import { UsageError } from '../usage-error.js';

export const command: Command = {
  name: 'schema',
  help:
    'The JSON Schema of one file, from the schema of the definition or --schema: no key is required, arrays have K_add and K_remove, and where ' +
    'references are resolved they stand for any value. With --write it is put beside the files, with the line in each that editors read.',
  examples: ['schema --out config.schema.json', 'schema --write', 'schema --schema src/schema.mjs#schema'],
  options: [{ flags: '--write', description: 'write superconfig.schema.json, or --out, and name it in the files of all profiles' }],
  shared: { sources: true, json: true, out: true },
  quiet: true,
  async run(context) {
    const { schema, interpolate, arrays = {} } = await optionsOf(context);
    if (schema === undefined) throw new UsageError('there is no schema', 'name one with --schema, or in the definition');
    const whole = toJsonSchema(schema);
    if (whole === undefined) {
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the library of the schema has no JSON Schema for it', { hint: 'Zod 4, Valibot and ArkType have' });
    }
    const mergesElements = Object.values(arrays).some((strategy) => typeof strategy === 'object');
    const document = layerSchema(whole, { isInterpolated: interpolate === true, mergesElements });
    if (context.flag('write')) return write(document, context);
    const out = context.text('out');
    const text = toJson(document);
    if (out !== undefined || !context.isJson) context.document(out === undefined && !context.terminal.isUnicode ? toAscii(text) : text);
    if (context.isJson) context.json(out === undefined ? { schema: document } : { out });
    return 0;
  },
};

/** The options of the definition, or the schema of the flag alone. */
async function optionsOf(context: Context): Promise<Partial<LoadOptions>> {
  try {
    return (await context.definition()).options;
  } catch (thrown) {
    const given = context.text('schema');
    if (!(thrown instanceof UsageError) || given === undefined || context.flag('write')) throw thrown;
    return { schema: (await importReference(given, context.cwd)) as StandardSchema };
  }
}

async function write(document: object, context: Context): Promise<number> {
  const { layerFiles, nameSchema, schemaPlace } = await import('../schema/schema-files.js');
  const files = await layerFiles(context);
  if (files.length === 0) throw new UsageError('there are no files that could name a schema', 'write it with --out alone');
  const path = resolve(context.cwd, context.text('out') ?? schemaPlace(files));
  context.write(path, `${toJson(document)}\n`);
  const [out, named] = [shown(path, context.cwd), nameSchema(files, path, context)];
  if (context.isJson) context.json({ out, files: named });
  else {
    context.say(`wrote ${out}`);
    for (const { file, status, reason } of named)
      context.say(`${file}: ${status === 'skipped' ? `skipped, ${reason}` : status === 'written' ? 'names it' : 'names it already'}`);
  }
  return 0;
}
