// The context of a running command: its options, its outputs, and the configuration that it is about.
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  args,
  dir,
  discover,
  dotenv,
  env,
  file,
  isSuperConfigError,
  type LoadOptions,
  loadConfig,
  type Source,
  type StandardSchema,
  type SuperConfig,
  SuperConfigError,
  type Warning,
} from '../index.js';
import type { CommandSpec } from './command-spec.js';
import { type Definition, findDefinition, importReference, nodeConfigDefinition, shown } from './definition.js';
import type { ParsedLine, SourceFlag } from './options.js';
import { type Colours, coloursFor } from './output/colour.js';
import { FORMAT, toJson, warningDocuments } from './output/json.js';
import { type Sink, writeWhole } from './output/sink.js';
import { Terminal } from './output/terminal.js';
import { UsageError } from './usage-error.js';

/** What was loaded, as documents name it. */
export interface LoadedDocument {
  /** The definition, as line one of the output for people has it. */
  from: string;
  profiles: string[];
}

/** The surroundings of one run of a command. */
export class Context {
  readonly command: CommandSpec;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments by place. */
  readonly arguments: readonly string[];
  /** Answers. */
  readonly out: Sink;
  /** Everything else for people. */
  readonly err: Sink;
  readonly terminal: Terminal;
  readonly colours: Colours;
  /** Whether `--json` asks for one document. */
  readonly isJson: boolean;
  readonly #line: ParsedLine;
  readonly #errTerminal: Terminal;
  readonly #errColours: Colours;
  readonly #definitions = new Map<string, Promise<Definition>>();
  #loaded: LoadedDocument | undefined;
  readonly #warnings: Warning[] = [];

  constructor(command: CommandSpec, line: ParsedLine, streams: { stdout: Sink; stderr: Sink }) {
    this.command = command;
    this.cwd = process.cwd();
    this.env = process.env;
    this.#line = line;
    this.arguments = line.arguments;
    this.out = streams.stdout;
    this.err = streams.stderr;
    const isPlain = line.values.color === false;
    this.terminal = new Terminal(this.out.stream, this.env);
    this.colours = coloursFor(this.out.stream, this.env, isPlain || line.values.out !== undefined);
    this.#errTerminal = new Terminal(this.err.stream, this.env);
    this.#errColours = coloursFor(this.err.stream, this.env, isPlain);
    this.isJson = line.values.json === true || (command.hasJsonFormat === true && line.values.format === 'json');
  }

  /** Whether a switch is there; its name in camel case. */
  flag(name: string): boolean {
    return this.#line.values[name] === true;
  }

  /** Whether a switch such as `--no-env` turns off what its name says; that name in camel case. */
  isOff(name: string): boolean {
    return this.#line.values[name] === false;
  }

  /** The text of an option, if it is there. */
  text(name: string): string | undefined {
    const value = this.#line.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** All texts of an option that can be repeated. */
  texts(name: string): readonly string[] {
    return (this.#line.values[name] as readonly string[] | undefined) ?? [];
  }

  /** Profiles from the flags; a flag may hold several, separated by commas. */
  get profiles(): string[] {
    return this.texts('profile').flatMap((text) => text.split(',').filter((name) => name !== ''));
  }

  /**
   * Whether secrets are shown.
   *
   * @throws UsageError Where standard output is no terminal and `--force` is not there.
   */
  get showsSecrets(): boolean {
    if (!this.flag('showSecrets')) return false;
    if (this.terminal.isInteractive || this.flag('force')) return true;
    throw new UsageError('standard output is no terminal: secrets could end in a file or a log', 'add --force if they should');
  }

  /**
   * The definition with what flags add to it, for the profiles of the flags or others: one that is a function may differ. Found once for
   * each.
   *
   * @throws UsageError Where there is nothing to load.
   */
  definition(profiles: readonly string[] = this.profiles): Promise<Definition> {
    const key = profiles.join();
    const definition = this.#definitions.get(key) ?? this.#define(profiles);
    this.#definitions.set(key, definition);
    return definition;
  }

  async #define(profiles: readonly string[]): Promise<Definition> {
    const { sources: flags, programArguments: argv } = this.#line;
    const { cwd, env: variables } = this;
    // A definition that reads the flags of its program gets those after `--`.
    process.argv = [process.argv[0] as string, process.argv[1] as string, ...argv];
    const isNodeConfig = this.flag('nodeConfig');
    if (isNodeConfig && this.text('from') !== undefined) throw new UsageError('--from and --node-config are two definitions', 'keep one');
    const request = { cwd, env: this.isOff('env') ? {} : variables, profiles, argv };
    const found = await (isNodeConfig ? nodeConfigDefinition(request) : findDefinition(this.text('from'), request));
    const { label, directory, options, ...rest } = found ?? this.#withoutDefinition(flags);
    const added = flags.map((flag) => sourceOf(flag, cwd, options.cwd ?? directory));
    const schema = this.text('schema');
    return {
      ...rest,
      directory,
      label: [label, ...flags.map(({ kind, value }) => `--${kind}${value === undefined ? '' : ` ${value}`}`)].filter((part) => part !== '').join(' '),
      options: {
        ...options,
        argv: options.argv ?? argv,
        sources: [...(options.sources ?? []), ...added],
        // There they are its environments, and have selected its files.
        ...(profiles.length > 0 && !isNodeConfig && { profile: profiles }),
        ...(schema !== undefined && { schema: (await importReference(schema, cwd)) as StandardSchema }),
      },
    };
  }

  /** Flags alone, or the directory `config`. */
  #withoutDefinition(flags: readonly SourceFlag[]): Definition {
    const { cwd } = this;
    if (flags.length > 0) return { label: '', directory: cwd, options: { cwd, sources: [] } };
    if (existsSync(resolve(cwd, 'config'))) return { label: '--dir config', directory: cwd, options: { cwd, sources: [dir('config')] } };
    throw new UsageError(
      'there is nothing to load: no superconfig.config.* here or above, no `superconfig` in package.json, no directory `config`',
      'say what to load with --from, --dir or --file',
    );
  }

  /**
   * Loads the configuration as the service does, and says what was loaded. Neither watches nor takes a name, unless asked to.
   *
   * @throws {@link SuperConfigError}: what loading gives.
   */
  async load(changes: Partial<LoadOptions> = {}): Promise<SuperConfig> {
    const { label, options } = await this.definition();
    const { watch: _, name: __, ...own } = options;
    const named = [...this.profiles, ...(this.profiles.length > 0 ? [] : [own.profile ?? []].flat())];
    this.#loaded = { from: label, profiles: named };
    let config: SuperConfig;
    try {
      config = await loadConfig({ ...own, ...changes });
    } catch (thrown) {
      this.#announce();
      throw thrown;
    }
    this.#loaded = { from: label, profiles: config.status.profiles };
    this.#announce();
    this.warn(config.warnings);
    return config;
  }

  #announce(): void {
    if (this.isJson || this.command.quiet || this.#loaded === undefined) return;
    const { from, profiles } = this.#loaded;
    const named = profiles.length === 0 ? '' : ` ${this.#errTerminal.symbols.dot} ${profiles.length === 1 ? 'profile' : 'profiles'} ${profiles.join(', ')}`;
    this.say(this.dim(`loaded ${from}${named}`));
  }

  /** Takes warnings: into the document, or to people, once each. Quiet commands keep them to themselves. */
  warn(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      if (this.#warnings.some((known) => known.code === warning.code && known.message === warning.message)) continue;
      this.#warnings.push(warning);
      if (!this.isJson && !this.command.quiet)
        this.say(`${this.#errColours.yellow('warning')} ${warning.message} ${this.#errColours.dim(`[${warning.code}]`)}`);
    }
  }

  /** Prints a line for people, on standard error. */
  say(text: string): void {
    this.err.line(this.#errTerminal.text(text));
  }

  /** A text for `say` that stands back. */
  dim(text: string): string {
    return this.#errColours.dim(text);
  }

  /** An answer for people: on standard output, in the characters that it has. */
  answer(text: string): void {
    this.out.line(this.terminal.text(text));
  }

  /** An answer for programs, byte for byte: to `--out`, or to standard output. */
  document(text: string, holdsSecrets = false): void {
    const target = this.text('out');
    const whole = text.endsWith('\n') || text === '' ? text : `${text}\n`;
    if (target === undefined) {
      this.out.write(whole);
      return;
    }
    this.write(resolve(this.cwd, target), whole, holdsSecrets);
    if (!this.isJson) this.say(`wrote ${target}`);
  }

  /**
   * Writes a file, at once.
   *
   * @throws {@link SuperConfigError}: `ERR_SUPERCONFIG_IO` where it cannot be written.
   */
  write(path: string, text: string, holdsSecrets = false): void {
    try {
      writeWhole(path, text, holdsSecrets);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === undefined) throw cause;
      const [file, reason] = [shown(path, this.cwd), /^\w+: ([^,]+)/.exec(message)?.[1] ?? message];
      throw new SuperConfigError('ERR_SUPERCONFIG_IO', `${file}: the file cannot be written: ${reason}`, { origin: { file }, cause });
    }
  }

  /** The document of `--json`; of a command that goes on, one of its documents, in a line of its own. */
  json(fields: Readonly<Record<string, unknown>>): void {
    this.out.line(this.#jsonText(fields));
  }

  /** The document of `--json` of a command whose answer it is: to `--out`, or to standard output. */
  jsonDocument(fields: Readonly<Record<string, unknown>>, holdsSecrets = false): void {
    this.document(this.#jsonText(fields), holdsSecrets);
  }

  #jsonText(fields: Readonly<Record<string, unknown>>): string {
    return toJson(this.#envelope(fields), { isCompact: this.command.isLines === true, isAscii: !this.terminal.isUnicode });
  }

  #envelope(fields: Readonly<Record<string, unknown>>): object {
    const loaded = this.#loaded === undefined ? {} : { loaded: this.#loaded };
    return { format: FORMAT, command: this.command.name, ...loaded, ...fields, warnings: warningDocuments(this.#warnings) };
  }

  /** An error for people: the library's own with its place and lines, a stack only where it is asked for. */
  fail(thrown: unknown): void {
    const { red, dim } = this.#errColours;
    const { message, stack, hint, cause } = (thrown ?? {}) as Error & { hint?: string };
    const isOwn = isSuperConfigError(thrown) || thrown instanceof UsageError;
    this.say(`${red('error')} ${message ?? String(thrown)}`);
    // Those of the engine have it in their text.
    if (isOwn && hint !== undefined && !message.includes(hint)) this.say(`  ${hint}`);
    if (this.flag('verbose')) this.say(dim(stack ?? ''));
    else if (!isOwn && stack !== undefined) this.say(dim(/\n\s+at .*/.exec(stack)?.[0].trim() ?? ''));
    if (this.flag('verbose') && cause instanceof Error) this.say(dim(`caused by ${cause.stack ?? cause.message}`));
  }
}

/** The source of a flag. Its paths start from the working directory, and are shown from the definition's. */
function sourceOf({ kind, value = '' }: SourceFlag, cwd: string, directory: string): Source {
  const path = (given: string) => (resolve(cwd) === resolve(directory) ? given : relative(directory, resolve(cwd, given)));
  switch (kind) {
    case 'file':
      return file(path(value));
    case 'dir':
      return dir(path(value));
    case 'discover':
      return discover(value);
    case 'dotenv':
      return value === '' ? dotenv() : dotenv({ path: path(value) });
    case 'env':
      return value === '' ? env() : env(value);
    case 'set':
      return args(['--set', value]);
  }
}
