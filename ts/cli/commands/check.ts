// `superconfig check`: every profile and the base, all problems at once.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { LoadOptions } from '../../index.js';
import { type Assumed, checkProfile } from '../check/check-profile.js';
import { Problems, problemsOf } from '../check/problem.js';
import { type CheckReport, countsOf } from '../check/report.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { shown } from '../definition.js';
import { keysOf } from '../schema/path-keys.js';
import { sampleAt } from '../schema/sample.js';
import { schemaOf } from '../schema/schema-of.js';
import { profilesToLoad } from '../selections.js';
import { UsageError } from '../usage-error.js';

const FORMATS = ['text', 'json', 'github', 'sarif', 'junit'] as const;

export const command: Command = {
  name: 'check',
  aliases: ['validate'],
  help:
    'Loads the configuration without a profile and with each that is found (files, sections, definition), and lists all problems at once, each ' +
    'at the line that won. Exit code 1 where there is an error; with --strict, also where there is a warning. With --profile only these are loaded.',
  examples: ['check', 'check --format github --no-env --assume db.password', 'check --strict --profile production', 'check --format sarif --out check.sarif'],
  options: [
    { flags: '--format <FORMAT>', description: 'the format; text where nothing is said', choices: FORMATS },
    { flags: '--strict', description: 'warnings count as well' },
    { flags: '--no-env', description: 'without the environment and .env files' },
    { flags: '--assume <PATH>', description: 'where this path has no value, take it to have one of its type', repeatable: true },
  ],
  shared: { sources: true, json: true, out: true },
  hasJsonFormat: true,
  async run(context) {
    const isStrict = context.flag('strict');
    const { label, file, selections, problems, assumed } = await checkAll(context);
    const report: CheckReport = { problems: problems.list, selections, assumed, isStrict };
    if (!context.isJson) context.say(context.dim(`checking ${label}`));
    await write(report, context, { label, file });
    const { errors, warnings } = countsOf(report.problems);
    return errors > 0 || (isStrict && warnings > 0) ? 1 : 0;
  },
};

interface Checked {
  label: string;
  /** The definition's file. */
  file?: string | undefined;
  selections: string[][];
  problems: Problems;
  assumed: CheckReport['assumed'];
}

async function checkAll(context: Context): Promise<Checked> {
  const root = reportRoot(context);
  let definition: Awaited<ReturnType<Context['definition']>>;
  try {
    definition = await context.definition();
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    // A definition that cannot be loaded is a problem like any other, so that every format reports it.
    const problems = new Problems((file) => shown(resolve(context.cwd, file), root));
    problems.add(problemsOf(thrown), []);
    return { label: context.text('from') ?? 'the definition', selections: [[]], problems, assumed: [] };
  }
  const { label, directory } = definition;
  // A definition that is a function may give others for each profile.
  const optionsFor = async (profiles?: readonly string[]): Promise<LoadOptions> => {
    const { watch: _, name: __, ...defined } = (await context.definition(profiles)).options;
    return context.isOff('env') ? withoutEnvironment(defined) : defined;
  };
  const options = await optionsFor();
  const base = options.cwd ?? directory;
  const problems = new Problems((file) => shown(resolve(base, file), root));
  const schema = schemaOf(options.schema);
  const assumptions = context.texts('assume').map((path): Assumed => {
    const keys = keysOf(path);
    return { path, keys, value: sampleAt(schema, keys) };
  });
  const used = new Set<Assumed>();
  let selections = [context.profiles];
  try {
    selections = profilesToLoad(options, context.profiles).map((profiles) => [...profiles]);
    for (const profile of selections) problems.add(await checkProfile({ ...(await optionsFor(profile)), profile }, assumptions, used), profile);
  } catch (thrown) {
    // The options themselves make no sense.
    problems.add(problemsOf(thrown), context.profiles);
  }
  const assumed = assumptions.filter((one) => used.has(one)).map(({ path, value }) => ({ path, type: typeOf(value) }));
  return { label, file: definition.file, selections, problems, assumed };
}

/** The directory that reports name files from: the checkout where there is one around, as the services that take reports expect. */
function reportRoot({ cwd, env }: Context): string {
  const { GITHUB_WORKSPACE: workspace } = env;
  return workspace !== undefined && workspace !== '' && !relative(workspace, cwd).startsWith('..') ? workspace : cwd;
}

/** The same options without what differs from machine to machine. */
function withoutEnvironment(options: LoadOptions): LoadOptions {
  const sources = options.sources.filter(({ kind }) => kind !== 'env' && kind !== 'dotenv');
  return { ...options, sources, env: {} };
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' && value !== null ? 'table' : value === null ? 'null' : typeof value;
}

async function write(report: CheckReport, context: Context, { label, file }: Pick<Checked, 'label' | 'file'>): Promise<void> {
  const { problems, selections, assumed } = report;
  switch (context.isJson ? 'json' : context.text('format')) {
    case 'json':
      return context.jsonDocument({ loaded: { from: label, profiles: [] }, problems, selections, assumed, counts: countsOf(problems) });
    case 'github':
      return context.document(context.terminal.text((await import('../check/github.js')).githubReport(report)));
    case 'junit':
      return context.document((await import('../check/junit.js')).junitReport(report, context.terminal));
    case 'sarif': {
      const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
      const log = (await import('../check/sarif.js')).sarifReport(report, { version, directory: reportRoot(context), fallback: file });
      return context.document((await import('../output/json.js')).toJson(log, { isAscii: !context.terminal.isUnicode }));
    }
    default:
      return context.document(context.terminal.text((await import('../check/text.js')).textReport(report, context.colours)));
  }
}
