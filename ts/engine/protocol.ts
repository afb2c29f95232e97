// The functions of the addon, and what crosses between it and JavaScript.

/** What JSON cannot hold: its path, and a number's type and text; or a key that is forbidden. */
export type Special = [segments: (string | number)[], type: 'bigint' | 'number' | 'forbidden', text: string];

/** A JavaScript value on its way to the addon: plain JSON, and beside it what JSON cannot hold. */
export interface Encoded {
  value: unknown;
  specials?: Special[];
}

/** A table or array from the addon: JSON text, and beside it what JSON cannot hold, as JSON text of `Special[]`. */
export type NativeTree = [json: string, specials?: string | null];

/** A value from the addon: scalars as they are, trees as text. */
export type NativeValue = undefined | null | boolean | number | bigint | string | NativeTree;

/** An attachment that was opened, with the id of its configuration. */
export type Attached = [attachment: number, configId: number, generation: number, version: number];

/** One version of a configuration, kept alive by whoever holds this. */
export type Version = object & { readonly '': unique symbol };

/** What `describe` describes; the answer is JSON text. */
export type Described = 'layers' | 'warnings' | 'status' | 'name' | 'token';

/** A source as it crosses to the addon, which knows the kinds and their options. */
export interface SourceEntry {
  /** The kind of the source. */
  readonly kind: string;
  /** What the source is made of. */
  readonly [option: string]: unknown;
}

/** What a reload needs beside the sources of the configuration. */
type ReloadInputs = [attachment: number, environment: string | undefined, supplied: string | undefined, background: boolean, validated: boolean];

/** The functions of the addon. Each may throw an `Error` whose message is an `ErrorReport` as JSON text. */
export interface Native {
  /** 4096 words, shared by the whole process: the word of a configuration is that at its id modulo 4096. */
  generations(copied: boolean): ArrayBuffer;
  /** Whether this is the thread that the process began with; `false` where that is unknown. */
  onInitialThread(): boolean;
  attach(nameOrToken: string): Attached;
  /** Moves the attachment to the newest version: `[generation, version]`. */
  sync(attachment: number): [generation: number, version: number];
  read(attachment: number, path: string, segments: boolean): NativeValue;
  /** An `Explanation`, its winner as an index. */
  explain(attachment: number, path: string, segments: boolean): NativeValue;
  /** All values with secrets redacted. */
  redacted(attachment: number): NativeValue;
  describe(attachment: number, what: Described): string;
  /** The known name closest to a misspelt one. */
  nearestName(wanted: string, names: string[]): string | null | undefined;
  /** The known path closest to an unknown one. */
  nearest(attachment: number, path: string, segments: boolean): string | undefined | null;
  render(attachment: number, format: string, secrets: boolean): string;
  /** The context of custom sources, `{ cwd, home?, profiles }` as JSON text. */
  sourceContext(options: string, environment?: string): string;
  /** Reads and merges without publishing: the number of a prepared load, for `pendingValue`, and then `commitLoad`, `refuse` or `discard`. */
  prepare(options: string, environment?: string): number;
  prepareAsync(options: string, environment?: string): Promise<number>;
  /**
   * The same for the next version; `commitReload` publishes it. `supplied` are the values of custom sources, or their failures, by their
   * indexes among the sources: `{ "<index>": { value, specials? } | { error } }` as JSON text. Without `validated` it throws `OPTION` where
   * the thread that loaded the configuration validates it.
   */
  prepareReload(...inputs: ReloadInputs): number;
  prepareReloadAsync(...inputs: ReloadInputs): Promise<number>;
  /** The merged values of a prepared load. */
  pendingValue(prepared: number): NativeValue;
  /** `output`: what the schema returned, as JSON text of `Encoded`; readers see it in place of the merged values. */
  commitLoad(prepared: number, output?: string): Attached;
  /** A `ReloadResult` as JSON text. */
  commitReload(prepared: number, output?: string): string;
  /** Discards a prepared load and throws `VALIDATION`; the issues are `[{ path, message, expected?, found?, unknown?, known? }]` as JSON text. */
  refuse(prepared: number, issues: string): never;
  /** Safe to repeat. */
  discard(prepared: number): void;
  close(attachment: number): void;
  /** Calls back when `takeEvents` has something; keeps neither the process nor the thread alive. */
  subscribe(attachment: number, callback: () => void): void;
  unsubscribe(attachment: number): void;
  /** What happened since the last call, as JSON text, with the version of the last report and the newest. */
  takeEvents(attachment: number): [report: string, previous?: Version | null, current?: Version | null] | null | undefined;
  versionRead(version: Version, path: string, segments: boolean): NativeValue;
  /** With secrets redacted. */
  versionRedacted(version: Version, path: string, segments: boolean): NativeValue;
  /** The paths that differ at or below one, as JSON text. */
  versionChanges(previous: Version, current: Version, path: string, segments: boolean): string;
  registryInsert(value: string, name?: string, ttlMilliseconds?: number): [reference: number, id: number];
  registryFind(name: string): [reference: number, id: number];
  registryRelease(reference: number): void;
  registryGet(id: number): NativeValue;
  registryUpdate(id: number, value: string): void;
  registryRemove(id: number): boolean;
  registryHas(id: number): boolean;
  registryStats(): string;
  registryMetrics(): string;
  /** Masks `user:password` of each URL in a text. */
  maskUserinfo(text: string): string;
  parse(text: string, format: string): NativeValue;
}
