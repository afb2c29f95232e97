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
  {
    name: 'explain',
    summary: 'where a value comes from',
    example: 'explain db.pool.max',
    load: () => import('./commands/explain.js'),
  },
  {
    name: 'env',
    summary: 'the variables that set values',
    example: 'env --unmatched',
    load: () => import('./commands/env.js'),
  },
  {
    name: 'check',
    aliases: ['validate'],
    summary: 'every profile, all problems',
    example: 'check --strict',
    load: () => import('./commands/check.js'),
  },
  {
    name: 'diff',
    summary: 'what differs between two',
    example: 'diff staging production',
    load: () => import('./commands/diff.js'),
  },
  {
    name: 'files',
    summary: 'every place searched',
    example: 'files',
    load: () => import('./commands/files.js'),
  },
  {
    name: 'watch',
    summary: 'changes as they happen',
    example: 'watch',
    load: () => import('./commands/watch.js'),
  },
  {
    name: 'convert',
    summary: 'a file in another format',
    example: 'convert app.toml --to yaml',
    load: () => import('./commands/convert.js'),
  },
  {
    name: 'schema',
    summary: 'JSON Schema for editors',
    example: 'schema --write',
    load: () => import('./commands/schema.js'),
  },
  {
    name: 'types',
    summary: 'types of the values',
    example: 'types --out config.d.ts',
    load: () => import('./commands/types.js'),
  },
  {
    name: 'unused',
    summary: 'what has no effect',
    example: 'unused',
    load: () => import('./commands/unused.js'),
  },
  {
    name: 'doctor',
    summary: 'why a reload does not fire',
    example: 'doctor',
    load: () => import('./commands/doctor.js'),
  },
  {
    name: 'migrate',
    summary: 'from another package',
    example: 'migrate node-config',
    load: () => import('./commands/migrate.js'),
  },
  {
    name: 'completion',
    summary: 'words for your shell',
    example: 'completion bash',
    load: async () => ({ command: (await import('./commands/completion.js')).completionOf(COMMANDS) }),
  },
];

/** The command of a name or alias. */
export function findCommand(name: string): CommandEntry | undefined {
  return COMMANDS.find((entry) => entry.name === name || entry.aliases?.includes(name));
}
