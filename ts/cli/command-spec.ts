// The description of a command: what it takes, and its help.

/** An argument of a command, by its place. */
export interface ArgumentSpec {
  /** The name in the usage line, in capitals. */
  name: string;
  description: string;
  required?: boolean;
  /** Whether it takes all that follow. */
  variadic?: boolean;
  choices?: readonly string[];
}

/** An option of a command. */
export interface OptionSpec {
  /** What `commander` takes: `--origins`, `--format <FORMAT>`, `--schema-file [FILE]`. */
  flags: string;
  description: string;
  choices?: readonly string[];
  /** Whether it may be given several times; `context.texts` has all of them. */
  repeatable?: boolean;
}

/** Groups of options that several commands share. */
export interface SharedOptions {
  /** Where the configuration comes from: `--from`, `--dir`, `--env`, `--profile`, `--schema` and the other source flags. */
  sources?: boolean;
  /** `--json`: one document on standard output, and nothing else there. */
  json?: boolean;
  /** `--show-secrets` and `--force`. */
  secrets?: boolean;
  /** `--out FILE`: what is written goes there. */
  out?: boolean;
}

/** A command, but for what it does. */
export interface CommandSpec {
  name: string;
  aliases?: readonly string[];
  /** What it does and what its output means, for its own `--help`. */
  help: string;
  /** Command lines that work on a service with a `config` directory, for its own `--help`. */
  examples: readonly string[];
  arguments?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
  shared: SharedOptions;
  /** Whether nothing is said about what was loaded: for what is used in scripts. */
  quiet?: boolean;
  /** Whether `--format json` is the same as `--json`. */
  hasJsonFormat?: boolean;
  /** Whether its documents stand in a line each, as it goes on. */
  isLines?: boolean;
}
