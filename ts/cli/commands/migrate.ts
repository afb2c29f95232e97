// `superconfig migrate`: from another package to a definition, with a proof.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type LoadOptions, loadConfig } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { findDefinition } from '../definition.js';
import type { Change, Plan } from '../migrate/plan.js';
import { definitionText } from '../migrate/plan.js';
import { type Proof, prove } from '../migrate/proof.js';
import { placeText, valueText } from '../output/explanation.js';
import { UsageError } from '../usage-error.js';

const FILE = 'superconfig.config.mjs';

export const command: Command = {
  name: 'migrate',
  help:
    'Reads what node-config, dotenv or convict load here, and prints the definition that takes their place and what has to be renamed. With ' +
    '--write it writes superconfig.config.mjs, and nothing else. Then the proof: the old package, where it is installed, and the new definition ' +
    'are loaded for each environment that is found, and paths that differ are printed. Exit code 1 where something differs.',
  examples: ['migrate node-config', 'migrate dotenv --write', 'migrate convict src/config.js'],
  arguments: [
    { name: 'PACKAGE', description: 'the old package', required: true, choices: ['node-config', 'dotenv', 'convict'] },
    { name: 'FILE', description: 'for convict: the module that makes the configuration' },
  ],
  options: [{ flags: '--write', description: `write ${FILE}` }],
  shared: { json: true },
  async run(context) {
    const [name, file] = context.arguments;
    if (file !== undefined && name !== 'convict') throw new UsageError('only convict takes a file');
    const { cwd, env } = context;
    const target = resolve(cwd, FILE);
    const isWriting = context.flag('write');
    if (isWriting && existsSync(target)) throw new UsageError(`${FILE} is there already`, 'remove it first');
    const plan = await planOf(name as string, file, context);
    const text = definitionText(plan, await masked(plan));
    if (isWriting) context.write(target, definitionText(plan));
    // What was written is what is proved.
    const options = isWriting ? await written(context, plan.changes) : undefined;
    const proof = await prove(plan.old, options ?? { ...plan.options, sources: plan.sources.map(({ source }) => source) }, env, plan.isText);
    if (context.isJson) context.json({ definition: { file: FILE, text, isWritten: isWriting }, changes: plan.changes, proof });
    else show(text, plan.changes, proof, isWriting, context);
    return proof.environments.every(({ isEqual }) => isEqual) ? 0 : 1;
  },
};

async function planOf(name: string, file: string | undefined, { cwd, env }: Context): Promise<Plan> {
  switch (name) {
    case 'node-config':
      return (await import('../migrate/node-config.js')).planNodeConfig(cwd, env);
    case 'dotenv':
      return (await import('../migrate/dotenv.js')).planDotenv(cwd, env);
    default:
      return (await import('../migrate/convict.js')).planConvict(cwd, file, env);
  }
}

/** The options of the file that was written. */
async function written({ cwd, env }: Context, changes: Change[]): Promise<LoadOptions | undefined> {
  try {
    return (await findDefinition(FILE, { cwd, env, profiles: [], argv: [] }))?.options;
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    changes.push({ kind: 'note', from: 'superconfig is not installed here: npm install superconfig' });
    return undefined;
  }
}

/** Masks the values of `defaults` as the library does. */
async function masked({ sources, options }: Plan): Promise<(value: unknown) => unknown> {
  const shown = new Map<unknown, unknown>();
  for (const { source, helper, arguments: given } of sources) {
    if (helper !== 'defaults') continue;
    const config = await loadConfig({ ...options, sources: [source] });
    shown.set(given[0], config.toJSON());
    config.close();
  }
  return (value) => shown.get(value) ?? value;
}

function show(text: string, changes: readonly Change[], proof: Proof, isWritten: boolean, context: Context): void {
  const { bold, dim, green, red, yellow } = context.colours;
  const { arrow } = context.terminal.symbols;
  context.answer(`${bold(FILE)}${isWritten ? ' (written)' : ''}:\n\n${text}`);
  if (changes.length > 0) context.answer(bold('to change:'));
  for (const { kind, at, from, to } of changes) {
    const what = kind === 'note' ? from : `${kind} ${from}${to === undefined ? '' : ` ${arrow} ${to}`}`;
    context.answer(`  ${what}${at === undefined ? '' : dim(` (${at})`)}`);
  }
  const { package: name, version, environments } = proof;
  if (version === undefined) {
    context.answer(`\n${yellow('not proved:')} ${name} is not installed here, so nobody can tell whether both give the same`);
    return;
  }
  context.answer(`\n${bold('proof')}, with ${name} ${version}:`);
  for (const { environment, isEqual, differences, error } of environments) {
    const of = environment === '' ? 'no environment' : environment;
    if (isEqual) context.answer(`  ${of}: ${green('the same')}`);
    else if (error !== undefined) context.answer(`  ${of}: ${red(error)}`);
    else context.answer(`  ${of}: ${red(`${differences.length} ${differences.length === 1 ? 'path differs' : 'paths differ'}`)}`);
    for (const { path, before, after } of differences) {
      const side = (given: typeof before) => (given === undefined ? 'nothing' : valueText(given.value, context.terminal));
      context.answer(`    ${path}: ${side(before)} ${arrow} ${side(after)}${after?.origin === undefined ? '' : dim(` (${placeText(after.origin)})`)}`);
    }
  }
}
