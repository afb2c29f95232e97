// The functions of the addon, and what crosses between it and JavaScript.

/**
 * What JSON cannot hold: a number's type and text, or a key that is forbidden. Its path is the first `shared` segments of the path before
 * it and then `segments`, so that all paths together are no larger than the value.
 */
export type Special = [shared: number, segments: (string | number)[], type: 'bigint' | 'number' | 'forbidden', text: string];

/** A JavaScript value on its way to the addon: plain JSON, and beside it what JSON cannot hold. */
export interface Encoded {
  value: unknown;
  specials?: Special[];
}

/** A table or array from the addon: JSON text, and beside it what JSON cannot hold, as JSON text of `Special[]`. */
export type NativeTree = [json: string, specials?: string | null];

/** A value from the addon: scalars as they are, trees as text. */
export type NativeValue = undefined | null | boolean | number | bigint | string | NativeTree;

/** One version of a configuration, kept alive by whoever holds this. */
export type Version = object & { readonly '': unique symbol };

/** What is known of a path at which there is nothing. */
export interface MissingPath {
  /** Whether the schema declares it. */
  readonly optional: boolean;
  /** The path down to a secret that it leads into: what follows is not shown. */
  readonly secret: string | null;
  /** The known path closest to it. */
  readonly closest: string | null;
}

/** What `describe` describes; the answer is JSON text. */
export type Described = 'layers' | 'files' | 'unmatchedVariables' | 'warnings' | 'status' | 'name' | 'token' | 'dotenv';

/** A source; the addon knows the kinds, what each is made of, and their options. */
export interface SourceEntry {
  /** The kind of the source. */
  readonly kind: string;
  /** What the source is made of. */
  readonly [part: string]: unknown;
}

/** The functions of the addon. Each may throw an `Error` whose message is an `ErrorReport` as JSON text. */
export interface Native {
  /** The version of the addon's package. */
  version?(): string;
  /**
   * 4096 words, shared by the whole process: the word of a configuration is that at its id modulo 4096. `outdated` is one word that becomes
   * 1 after them, with each version of a configuration but the first, and when one is closed.
   */
  generations(copied: boolean, outdated: ArrayBuffer): ArrayBuffer;
  /** Opens a configuration: gives the number of the attachment, and in `pinned` the generation, the version and the configuration's id. */
  attach(nameOrToken: string, pinned: Float64Array): number;
  /** Moves the attachment to the newest version: gives the generation and the version in `pinned`. */
  sync(attachment: number, pinned: Float64Array): void;
  /** Reads what an attachment has at a path, or a version; with secrets hidden where it is `redacted`. */
  read(from: number | Version, path: string, segments: boolean, redacted?: boolean): NativeValue;
  /** An `Explanation`, its winner as an index; without a path those of all. */
  explain(attachment: number, path?: string, segments?: boolean): NativeValue;
  describe(attachment: number, what: Described): string;
  /** The `Difference`s of two attachments. */
  differences(before: number, after: number): NativeValue;
  /** What has no effect in any of the attachments, `Unused` as JSON text. */
  findUnused(attachments: number[]): string;
  /** The known name closest to a misspelt one. */
  closestName(wanted: string, names: string[]): string | null | undefined;
  /** A `MissingPath` as JSON text. */
  describeMissing(attachment: number, path: string, segments: boolean): string;
  /** The options' names, separated by spaces: `secrets`, `indent`, `origins`, `changed`. */
  render(attachment: number, format: string, options: string): string;
  /**
   * A part of a load that has not been made, as JSON text: the `context` of its custom sources, `{ cwd, home?, profiles }`, or the
   * `profiles` that its sources have files or sections for.
   */
  describeRequest(request: string, environment: string | undefined, part: 'context' | 'profiles'): string;
  /**
   * Reads and merges. What is `validated` is not published: that gives the number of a prepared load, for `preparedValue`, and then
   * `commit` or `discard`. Anything else is published in the same call, which gives what `commit` gives.
   * `environment` is the program's own, as `captureEnvironment` writes it; without it, and in the `background`, a reload keeps what was
   * captured before. `env` among the options of the first load holds for every reload. The addon never reads the environment itself.
   * The request is that of a first load, as `toCrossing` writes it, with the environment or without; with an attachment, JSON text of the
   * options of its next version, if there are any:
   * - `turn`: the number of `beginReload`, where custom sources were called since; without it the reload begins now.
   * - `exported`: variables of `.env` files that were put into the program's environment, which do not count as set there.
   * - `supplied`: `[index, { values } | { error }]` for each custom source, by their indexes among the sources.
   * - `validated`: a schema validates the values; without it throws `OPTION` where the thread that loaded the configuration does.
   */
  prepare(request: string | undefined, environment: string | undefined, attachment: number | undefined, pinned: Float64Array): number | string;
  /**
   * `prepare` on another thread, which calls back with an error as JSON text, or the number. A load that is not `validated` is published
   * there as well: `commit` then only gives the result. Keeps neither the process nor the thread alive, and a file that does not come
   * back holds up nothing else.
   */
  prepareAsync(
    request: string | undefined,
    environment: string | undefined,
    attachment: number | undefined,
    done: (error?: string | null, prepared?: number | null) => void,
  ): void;
  /** The number of a reload that begins now: of overlapping reloads the answers of the last one stay. */
  beginReload(attachment: number): number;
  /** Notes what a custom source says of itself, by its index: `{ state, revision?, error? }` as JSON text. */
  reportSource(attachment: number, source: number, report: string): void;
  /**
   * The next layer of a prepared load that JavaScript computes: the values below it, and its index among the sources. First takes the
   * values of the one before, or why there are none: `{ values } | { error }` as JSON text.
   */
  derivation(prepared: number, supplied?: string): [values: NativeValue, source: number] | null | undefined;
  /** The merged values of a prepared load. */
  preparedValue(prepared: number): NativeValue;
  /**
   * Publishes a prepared load; `output`: what the schema returned, as JSON text of `Encoded`, which readers see in place of the merged
   * values. Gives for a first load what `attach` gives; for a reload a `ReloadResult` as JSON text, or the version alone where nothing
   * changed.
   */
  commit(prepared: number, output: string | undefined, pinned: Float64Array): number | string;
  /**
   * Discards a prepared load; safe to repeat. With `issues`, `[{ path, message, expected?, found?, unknown?, known? }]` as JSON text,
   * throws the `VALIDATION` that they make.
   */
  discard(prepared: number, issues?: string): void;
  close(attachment: number): void;
  /** Calls back when `takeEvents` has something, or no longer; keeps neither the process nor the thread alive. */
  subscribe(attachment: number, callback?: () => void): void;
  /** What happened since the last call, as JSON text, with the version of the last report and the newest. */
  takeEvents(attachment: number): [report: string, previous?: Version | null, current?: Version | null] | null | undefined;
  /** The paths that differ at or below one, as JSON text. */
  versionChanges(previous: Version, current: Version, path: string, segments: boolean): string;
  registryInsert(value: string, name?: string, ttlMilliseconds?: number): [reference: number, id: number];
  registryFind(name: string): [reference: number, id: number];
  registryRelease(reference: number): void;
  registryGet(id: number): NativeValue;
  registryUpdate(id: number, value: string): void;
  registryRemove(id: number): boolean;
  registryHas(id: number): boolean;
  /** The contents and counters as JSON text, or with all of the process as Prometheus reads them. */
  registryStats(asMetrics: boolean): string;
  /** Masks `user:password` of each URL in a text. */
  maskUserinfo(text: string): string;
  /** A text of one format in another: `Converted` as JSON text. */
  convert(text: string, from: string, to: string, secrets: boolean, ascii: boolean, patterns: string[], jsonSchema?: string): string;
  /** A text as a value; `undefined`, unless it is to be read `here`, for JSON that `JSON.parse` reads as the same value, if it is any. */
  parse(text: string, format: string, here: boolean): NativeValue;
}
