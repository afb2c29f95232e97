// The list of all commands, in the order of a day's work: enough for the general help without loading any of them.
import type { Command } from './command.js';

/** A command as the general help shows it. */
export interface CommandEntry {
  name: string;
  aliases?: readonly string[];
  /** What it does, in a few words. */
  summary: string;
  /** One use of it, without the program's name. */
  example: string;
  load(): Promise<{ command: Command }>;
}

/** All commands. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'print',
    summary: 'the merged values',
    example: 'print --origins',
    load: () => import('./commands/print.js'),
  },
  {
    name: 'get',
    summary: 'one value, for scripts',
    example: 'get server.port',
    load: () => import('./commands/get.js'),
  },
];

/** The command of a name or alias. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name));
}
