// `superconfig doctor`: whether the installation, the system and watching are as they should be.
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import type { SuperConfig, WatchOptions } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { type Finding, note, problem } from '../doctor/finding.js';
import { examineCopies, examineInstallation } from '../doctor/installation.js';
import { examineInotify, examineMounts, examinePermissions } from '../doctor/system.js';
import { testWatching } from '../doctor/watch-test.js';
import { UsageError } from '../usage-error.js';

/** More directories than this are not tested. */
const MOST_DIRECTORIES = 8;

export const command: Command = {
  name: 'doctor',
  help:
    'Why does a reload not fire here? Examines the addon and the C library, copies of the package, the mounts, limits and permissions of what is ' +
    'loaded, and tests watching: in each directory it writes, renames and links files in a folder of its own, and removes it. The last part is for a ' +
    'bug report: it has no values. Exit code 1 where there is a problem.',
  examples: ['doctor', 'doctor --profile production', 'doctor --json'],
  shared: { sources: true, json: true },
  async run(context) {
    const findings = [...examineInstallation(), ...examineCopies(context.cwd), ...examineInotify()];
    // What is shown as it comes.
    let shown = 0;
    const show = () => {
      if (!context.isJson) for (const finding of findings.slice(shown)) context.answer(lineOf(finding, context));
      shown = findings.length;
    };
    show();
    if (findings.every(({ subject, status }) => subject !== 'addon' || status === 'ok')) {
      for await (const found of examineConfiguration(context)) {
        findings.push(...found);
        show();
      }
    }
    const report = reportOf(findings, context);
    if (context.isJson) context.json({ findings, report });
    else context.answer(`\n${context.colours.dim('for a bug report:')}\n\n\`\`\`\n${report.join('\n')}\n\`\`\``);
    return findings.some(({ status }) => status === 'problem') ? 1 : 0;
  },
};

async function* examineConfiguration(context: Context): AsyncGenerator<Finding[]> {
  let config: SuperConfig;
  let watch: WatchOptions;
  try {
    const { options } = await context.definition();
    watch = typeof options.watch === 'object' ? options.watch : {};
    config = await context.load({ watch });
  } catch (thrown) {
    const { message } = thrown as Error;
    if (thrown instanceof UsageError) yield [note('configuration', message, thrown.hint)];
    else yield [problem('configuration', (message.split('\n')[0] ?? '') as string, 'superconfig check says more')];
    return;
  }
  try {
    const { options, directory } = await context.definition();
    const base = options.cwd ?? directory;
    const { watching } = config.status;
    const secret = new Set(config.explainAll().flatMap(({ value, winner }) => (value === '[redacted]' && winner?.file !== undefined ? [winner.file] : [])));
    const directories = directoriesOf(config, base, context.cwd);
    yield examinePermissions(config.files, (file) => resolve(base, file), secret);
    yield examineMounts(directories, watching, (watch.poll ?? 0) > 0);
    if (options.watch === undefined || options.watch === false) yield [note('watching', 'the definition does not ask for it', 'set watch: true')];
    for (const [path, label] of directories) yield [await testWatching(path, label, watch)];
  } finally {
    config.close();
  }
}

/** The directories that files are in or could be in, with their names for people. */
function directoriesOf({ layers }: SuperConfig, base: string, cwd: string): Map<string, string> {
  const paths = new Set<string>();
  for (const { file } of layers) {
    if (file === undefined) continue;
    const directory = dirname(resolve(base, file));
    if (existsSync(directory) && statSync(directory).isDirectory()) paths.add(directory);
  }
  return new Map([...paths].slice(0, MOST_DIRECTORIES).map((path) => [path, relative(cwd, path) || '.']));
}

function lineOf({ subject, status, message, hint }: Finding, { colours }: Context): string {
  const signs = { ok: colours.green('ok      '), note: colours.yellow('note    '), problem: colours.red('problem ') };
  return `${signs[status]} ${colours.bold(subject)}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
}

/** What helps to understand a report of a bug, without values and without who works where. */
function reportOf(findings: readonly Finding[], { cwd }: Context): string[] {
  const hidden = (text: string) =>
    [[cwd, '.'] as const, [homedir(), '~'] as const].reduce((rest, [path, sign]) => (path.length > 1 ? rest.replaceAll(path, sign) : rest), text);
  return findings.map(({ subject, status, message }) => hidden(`${status === 'ok' ? '' : `${status}: `}${subject}: ${message}`));
}
