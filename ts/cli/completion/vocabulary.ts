// The words of the command line, as scripts for shells need them.
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command-spec.js';
import { optionsOf } from '../options.js';

/** What can stand in a place: one of several words, something of the configuration, or a file. */
export type Values = { kind: 'words'; words: readonly string[] } | { kind: 'paths' | 'profiles' | 'files' | 'directories' | 'anything' };

/** A flag. */
export interface Flag {
  name: string;
  description: string;
  isRepeatable: boolean;
  /** What follows it; nothing for a switch. */
  values?: Values;
  /** Whether nothing has to follow. */
  isOptional?: boolean;
}

/** A command or alias. */
export interface Verb {
  name: string;
  description: string;
  flags: readonly Flag[];
  /** What stands in each place; the last one in all that follow where the command takes more. */
  arguments: readonly Values[];
}

/** A command as the list of all has it. */
export interface ListedCommand {
  name: string;
  aliases?: readonly string[];
  summary: string;
  load(): Promise<{ command: CommandSpec }>;
}

/** All commands, their aliases as commands of their own. */
export async function describeCommands(commands: readonly ListedCommand[]): Promise<Verb[]> {
  const verbs = commands.map(async ({ name, aliases = [], summary, load }) => {
    const { command } = await load();
    const flags = [...optionsOf(command).map(flagOf), { name: '--help', description: 'this text', isRepeatable: false }];
    const places = (command.arguments ?? []).map(argumentValues);
    return [name, ...aliases].map((word) => ({ name: word, description: summary, flags, arguments: places }));
  });
  return (await Promise.all(verbs)).flat();
}

function flagOf({ flags, description, choices, repeatable = false }: OptionSpec): Flag {
  const [, name = '', placeholder] = /^(?:-\w, )?(--[\w-]+)(?: (.*))?$/.exec(flags) ?? [];
  const flag = {
    name,
    description,
    isRepeatable: repeatable || /^--(?:file|dir|discover|dotenv|env|set)$/.test(name),
  };
  if (placeholder === undefined) return flag;
  const values =
    choices !== undefined ? { kind: 'words' as const, words: choices } : { kind: name === '--profile' ? ('profiles' as const) : kindOf(placeholder) };
  return { ...flag, values, isOptional: placeholder.startsWith('[') };
}

function argumentValues({ name, choices }: ArgumentSpec): Values {
  if (choices !== undefined) return { kind: 'words', words: choices };
  return { kind: kindOf(`<${name}>`) };
}

function kindOf(placeholder: string): 'paths' | 'files' | 'directories' | 'profiles' | 'anything' {
  if (/^.FILE/.test(placeholder)) return 'files';
  if (/^.DIR/.test(placeholder)) return 'directories';
  if (/^.PATH.$/.test(placeholder)) return 'paths';
  return /^.(?:A|B|PROFILE).$/.test(placeholder) ? 'profiles' : 'anything';
}
