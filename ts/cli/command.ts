// A command: its description, and what it does.
import type { CommandSpec } from './command-spec.js';
import type { Context } from './context.js';

/** One command of the command line; each is a chunk of its own, loaded when it is used. */
export interface Command extends CommandSpec {
  /**
   * Runs it.
   *
   * @returns The exit code: 0 is fine, 1 says that a problem was found; 2, bad usage, is thrown as a `UsageError`.
   */
  run(context: Context): Promise<number>;
}
