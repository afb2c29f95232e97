// The results of custom sources that are no values: texts by path, and documents.

/** The key under which such a result has its content, the same in every copy of the package. */
export const SOURCE_DATA = Symbol.for('superconfig.source-data');

/** Texts by path as they cross. */
export interface TextList {
  readonly texts: readonly { readonly path: readonly string[]; readonly text: string; readonly key: string; readonly revision?: string }[];
  readonly typing?: 'known' | 'infer' | 'text';
  readonly loose?: boolean;
}

/** Documents as they cross. */
export type DocumentList = readonly {
  readonly name: string;
  readonly text: string;
  readonly format?: string;
  readonly revision?: string;
  readonly at?: readonly string[];
}[];

/** A result with texts or documents in place of values, made by `texts` and `documents` of `superconfig/live`. */
export interface SourceData {
  readonly [SOURCE_DATA]: { texts: TextList } | { documents: DocumentList };
}

/** The texts or documents of a result; `undefined` for plain values. */
export function dataOf(result: object): SourceData[typeof SOURCE_DATA] | undefined {
  return (result as Partial<SourceData>)[SOURCE_DATA];
}
