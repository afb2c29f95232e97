// The general help: the commands in the order of a day's work, with an example each.
import { COMMANDS } from './commands.js';

/** The text of `superconfig --help`; no line is longer than 80 columns. */
export function generalHelp(): string {
  const name = Math.max(...COMMANDS.map((entry) => entry.name.length));
  const summary = Math.max(...COMMANDS.map((entry) => entry.summary.length));
  const lines = COMMANDS.map((entry) => `  ${entry.name.padEnd(name)}  ${entry.summary.padEnd(summary)}  ${entry.example}`);
  return `${HEAD}\n${lines.join('\n')}\n\n${FOOT}`;
}

const HEAD = `superconfig: see and check the configuration that a program loads

usage: superconfig COMMAND [options]     superconfig COMMAND --help

Loads what superconfig.config.* or the key superconfig of package.json defines,
else the directory config; flags such as --file and --profile add to it.

commands, with an example of each:`;

const FOOT = `everywhere:
  --from FILE#EXPORT          the definition      --json          for programs
  --file, --dir, --discover,  more sources,       --show-secrets  to a terminal
  --dotenv, --env, --set      the later wins      --no-color      plain text
  --profile NAME              a profile           --verbose       with stacks

exit codes: 0 fine, 1 a problem was found, 2 the command line makes no sense
`;
