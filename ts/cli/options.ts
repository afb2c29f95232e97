// Reading a command line: `commander` takes it apart, and what it says is put in this program's words.
import { CommanderError, Option, Command as Parser } from 'commander';
import type { CommandSpec, OptionSpec } from './command-spec.js';
import type { Terminal } from './output/terminal.js';
import { UsageError } from './usage-error.js';

/** A source flag; their order on the command line is that of their layers. */
export interface SourceFlag {
  kind: 'file' | 'dir' | 'discover' | 'dotenv' | 'env' | 'set';
  /** What it was given; nothing for `--dotenv` alone. */
  value?: string;
}

/** A command line, taken apart. */
export interface ParsedLine {
  arguments: string[];
  /** Options by their names in camel case. */
  values: Readonly<Record<string, unknown>>;
  sources: SourceFlag[];
  /** What follows `--`: the flags of the program that is configured. */
  programArguments: string[];
}

/** A request for help, with the text of it. */
export class HelpRequest extends Error {}

const SOURCE_FLAGS: readonly (OptionSpec & { kind: SourceFlag['kind'] })[] = [
  { kind: 'file', flags: '--file <FILE>', description: 'a file, above the sources before it' },
  { kind: 'dir', flags: '--dir <DIR>', description: 'a directory with default.*, {profile}.* and local.*' },
  { kind: 'discover', flags: '--discover <NAME>', description: "an application's files in system, home and project" },
  { kind: 'dotenv', flags: '--dotenv [FILE]', description: '.env and its variants, or one file' },
  { kind: 'env', flags: '--env <PREFIX>', description: 'environment variables with a prefix; "" for every known path' },
  { kind: 'set', flags: '--set <PATH=VALUE>', description: 'one value, above all sources before it' },
];

const DEFINITION_FLAGS: readonly OptionSpec[] = [
  { flags: '--from <FILE#EXPORT>', description: 'the definition, in place of superconfig.config.*' },
  { flags: '--node-config', description: 'the tree of node-config, in place of a definition; --profile names its environments' },
  { flags: '--profile <NAME>', description: 'a profile; several apply in order', repeatable: true },
  { flags: '--schema <FILE#EXPORT>', description: 'a Standard Schema that checks the values' },
];

/** Takes the command line of a command apart. */
export function parseLine(command: CommandSpec, argv: readonly string[], terminal: Terminal): ParsedLine {
  const end = argv.indexOf('--');
  const [own, programArguments] = end < 0 ? [[...argv], []] : [argv.slice(0, end), argv.slice(end + 1)];
  const sources: SourceFlag[] = [];
  const written: string[] = [];
  const parser = parserOf(command, sources, terminal).configureOutput({
    writeOut: (text) => written.push(text),
    writeErr: () => {},
  });
  try {
    parser.parse(joinDotenvFiles(own), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.code === 'commander.helpDisplayed' || thrown.code === 'commander.help') throw new HelpRequest(written.join(''));
    const [sentence, ...more] = thrown.message.replace(/^error: /, '').split('\n');
    throw new UsageError(sentence ?? '', more.join(' ').trim() || `superconfig ${command.name} --help`);
  }
  return { arguments: parser.args, values: parser.opts(), sources, programArguments };
}

function parserOf(command: CommandSpec, sources: SourceFlag[], terminal: Terminal): Parser {
  const parser = new Parser(`superconfig ${command.name}`);
  const width = Math.min(terminal.width, 100);
  parser.exitOverride().allowExcessArguments(false).description(command.help).configureHelp({ helpWidth: width });
  if (command.aliases !== undefined) parser.aliases([...command.aliases]);
  for (const { name, description, required, variadic, choices } of command.arguments ?? []) {
    const text = variadic ? `${name}...` : name;
    const argument = parser.createArgument(required ? `<${text}>` : `[${text}]`, description);
    if (choices !== undefined) argument.choices(choices);
    parser.addArgument(argument);
  }
  const { shared } = command;
  for (const option of ownOptions(command)) parser.addOption(optionOf(option).helpGroup('Options:'));
  parser.helpOption('-h, --help', 'this text');
  if (shared.sources) {
    for (const option of DEFINITION_FLAGS) parser.addOption(optionOf(option).helpGroup('What is loaded:'));
    for (const flag of SOURCE_FLAGS) {
      const option = optionOf(flag).helpGroup('What is loaded:');
      option.argParser((value: string | undefined, others: unknown) => {
        sources.push({ kind: flag.kind, ...(typeof value === 'string' && { value }) });
        return others;
      });
      parser.addOption(option);
      if (flag.kind === 'dotenv') parser.on('option:dotenv', (value: string | null) => value === null && sources.push({ kind: 'dotenv' }));
    }
  }
  parser.addHelpText('after', examplesOf(command));
  return parser;
}

/** All options of a command, those that it shares with others too; not `--help`. */
export function optionsOf(command: CommandSpec): OptionSpec[] {
  return [...ownOptions(command), ...(command.shared.sources ? [...DEFINITION_FLAGS, ...SOURCE_FLAGS] : [])];
}

function ownOptions({ options = [], shared }: CommandSpec): OptionSpec[] {
  return [
    ...options,
    ...(shared.out ? [{ flags: '--out <FILE>', description: 'write there, not to standard output' }] : []),
    ...(shared.secrets
      ? [
          { flags: '--show-secrets', description: 'show secrets; only to a terminal' },
          { flags: '--force', description: 'with --show-secrets: to anything' },
        ]
      : []),
    ...(shared.json ? [{ flags: '--json', description: 'one JSON document, errors and warnings in it' }] : []),
    { flags: '--no-color', description: 'no colours' },
    { flags: '--verbose', description: 'stacks of errors' },
  ];
}

function optionOf({ flags, description, choices, repeatable }: OptionSpec): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (repeatable) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

function examplesOf({ examples }: CommandSpec): string {
  return `\nExamples:\n${examples.map((example) => `  $ superconfig ${example}`).join('\n')}\n`;
}

/** The file after `--dotenv` belongs to it only where it looks like one: `get --dotenv server.port` reads a path. */
function joinDotenvFiles(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const [word, next] = [argv[at] as string, argv[at + 1]];
    if (word !== '--dotenv') joined.push(word);
    else if (next !== undefined && /[\\/]|(?:^|\.)env(?:\.|$)/.test(next) && !next.startsWith('--')) joined.push(`--dotenv=${argv[++at]}`);
    else joined.push('--dotenv=');
  }
  return joined;
}
