// Paths into a configuration whose type is known, and the types of the values there.
import type { LoosePath } from '../engine/path.js';

type Scalar = string | number | boolean | bigint | null | undefined | Date;

// Paths are known eight levels deep, which keeps the compiler quick and ends for types that lead back to themselves.
type Depth = [never, 0, 1, 2, 3, 4, 5, 6];

type IsAny<T> = 0 extends 1 & T ? true : false;

/** `true` where nothing is known about the shape: `any`, `unknown`, or an index signature. */
type IsLoose<T> = IsAny<T> extends true ? true : unknown extends T ? true : string extends keyof T ? true : false;

/** `NonNullable`, which makes an empty object of what is unknown. */
type Present<T> = unknown extends T ? T : NonNullable<T>;

/** A key as a dotted path has it. */
type Quoted<K extends string> = K extends `${string}.${string}` | '' ? `"${K}"` : K;

/** The continuation of a dotted path after a value of the type `T`: nothing, a key, or an index as `.0` or `[0]`. */
type Below<T, D extends number> = [D] extends [never]
  ? ''
  : T extends Scalar
    ? ''
    : T extends readonly (infer E)[]
      ? '' | `${`.${number}` | `[${number}]`}${Below<E, Depth[D]>}`
      : IsLoose<T> extends true
        ? '' | `.${string}` | `[${string}`
        : '' | { [K in keyof T & string]-?: `.${Quoted<K>}${Below<Present<T[K]>, Depth[D]>}` }[keyof T & string];

type DottedPath<T> = { [K in keyof T & string]-?: `${Quoted<K>}${Below<Present<T[K]>, 7>}` }[keyof T & string];

/**
 * The dotted paths of `T`; any path where the shape is not known.
 *
 * @example
 * ```ts
 * const path: Path<{ db: { pool: { max: number } } }> = 'db.pool.max';
 * config.get(path); // 10
 * ```
 */
export type Path<T> = IsLoose<T> extends true ? LoosePath : DottedPath<T> | readonly (string | number)[];

/** The type of one key, over all members of a union that have it. */
type Step<T, K extends string> =
  IsLoose<T> extends true
    ? K extends keyof T
      ? T[K]
      : unknown
    : T extends readonly (infer E)[]
      ? K extends keyof T
        ? T[K]
        : K extends `${number}`
          ? E
          : never
      : K extends keyof T
        ? T[K]
        : never;

/** A dotted path with its indexes as segments: `servers[0].host` is `servers.0.host`. */
type Unbracketed<P extends string> = P extends `${infer Head}[${infer I}]${infer Rest}`
  ? Unbracketed<Head extends '' ? `${I}${Rest}` : `${Head}.${I}${Rest}`>
  : P;

type AtDotted<T, P extends string> = P extends `"${infer K}".${infer Rest}`
  ? AtDotted<Present<Step<T, K>>, Rest>
  : P extends `"${infer K}"`
    ? DeepReadonly<Step<T, K>>
    : P extends `${infer Head}.${infer Rest}`
      ? AtDotted<Present<Step<T, Head>>, Rest>
      : DeepReadonly<Step<T, P>>;

/** Segments that are only known as such lead anywhere. */
type AtSegments<T, P extends readonly unknown[]> = number extends P['length']
  ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known of the value.
    any
  : P extends readonly [infer Head extends string | number, ...infer Rest]
    ? Rest extends readonly []
      ? DeepReadonly<Step<T, `${Head}`>>
      : AtSegments<Present<Step<T, `${Head}`>>, Rest>
    : DeepReadonly<T>;

/**
 * The type of the value at the path `P` of `T`; `any` where the shape is not known.
 *
 * @example
 * ```ts
 * const most: ValueAt<{ db: { pool: { max: number } } }, 'db.pool.max'> = config.get('db.pool.max');
 * most; // 10
 * ```
 */
export type ValueAt<T, P> =
  IsAny<T> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: without a type there is nothing to check against.
      any
    : P extends readonly unknown[]
      ? AtSegments<T, P>
      : P extends ''
        ? DeepReadonly<T>
        : P extends string
          ? AtDotted<T, Unbracketed<P>>
          : unknown;

/**
 * `T` as it is seen through `current`: frozen at every level.
 *
 * @example
 * ```ts
 * const server: DeepReadonly<{ host: string; port: number }> = config.get('server');
 * server.port; // 8080
 * ```
 */
export type DeepReadonly<T> =
  IsAny<T> extends true
    ? T
    : T extends Scalar
      ? T
      : T extends readonly unknown[]
        ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
        : T extends object
          ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
          : T;
