/** A path that is not known at compile time, e.g. in a configuration without a type. */
export type LoosePath = string | readonly (string | number)[];

type Scalar = string | number | boolean | bigint | null | undefined | Date;

// Paths are known eight levels deep, which keeps the compiler quick and ends for types that lead back to themselves.
type Depth = [never, 0, 1, 2, 3, 4, 5, 6, 7];

type IsAny<T> = 0 extends 1 & T ? true : false;

/** `true` where nothing is known about the shape: `any`, `unknown`, or an index signature. */
type IsLoose<T> = IsAny<T> extends true ? true : unknown extends T ? true : string extends keyof T ? true : false;

type Join<K extends string, Rest extends string> = `${K}.${Rest}`;

/** `NonNullable`, which makes an empty object of what is unknown. */
type Present<T> = unknown extends T ? T : NonNullable<T>;

/** The keys that can stand in a dotted path as they are; others are reached by segments. */
type Key<T> = Exclude<keyof T & string, `${string}.${string}` | ''>;

type DottedPath<T, D extends number> = [D] extends [never]
  ? never
  : T extends Scalar
    ? never
    : T extends readonly (infer E)[]
      ? `${number}` | Join<`${number}`, DottedPath<E, Depth[D]>>
      : IsLoose<T> extends true
        ? string
        : { [K in Key<T>]-?: K | Join<K, DottedPath<Present<T[K]>, Depth[D]>> }[Key<T>];

/** The dotted paths of `T`; any path where the shape is not known. */
export type Path<T> = IsLoose<T> extends true ? LoosePath : DottedPath<T, 8> | readonly (string | number)[];

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

/** The type of the value at the path `P` of `T`; `any` where the shape is not known. */
export type ValueAt<T, P> =
  IsAny<T> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: without a type there is nothing to check against.
      any
    : P extends readonly unknown[]
      ? // biome-ignore lint/suspicious/noExplicitAny: segments are not followed by the type.
        any
      : P extends `${infer Head}.${infer Rest}`
        ? ValueAt<Present<Step<T, Head>>, Rest>
        : P extends string
          ? DeepReadonly<Step<T, P>>
          : unknown;

/** `T` as it is seen through `current`: frozen at every level. */
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
