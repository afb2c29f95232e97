// The helper for layers that are computed from the layers below them.
import { deriveSource } from '../engine/derive.js';
import { guard } from '../engine/native-error.js';
import type { Source, SourceOptions } from './sources.js';

/**
 * Computes the values of a layer from the merged, interpolated values below it, which are frozen.
 *
 * @example
 * ```ts
 * const workers: Deriver = ({ cpu }) => ({ workers: cpu * 4 });
 * loadConfigSync({ sources: [defaults({ cpu: 2 }), derive(workers)] }).get('workers'); // 8
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: the values have whatever type the layers give them.
export type Deriver = (values: any) => object | Promise<object>;

/**
 * A layer that a function computes from the merged, interpolated values of the layers below; it applies where it is added. The function
 * runs for the load and for each reload, and its values are explained by the name, `derive` without one. A promise is awaited in
 * `load()` and `reload()`, for 10 seconds at most.
 *
 * @throws `ERR_SUPERCONFIG_OPTION` for what is no function, or an empty name. On loading and reloading: `ERR_SUPERCONFIG_SOURCE`, with the
 * name and the cause, when it throws or returns no object; `ERR_SUPERCONFIG_ASYNC` when `loadSync` gets a promise.
 * @example
 * ```ts
 * const limits = derive('limits', ({ cpu }) => ({ pool: { max: cpu * 4 } }));
 * const config = loadConfigSync({ sources: [defaults({ cpu: 2 }), limits] });
 * [config.get('pool.max'), config.explain('pool.max').winner?.name]; // [8, 'limits']
 * ```
 */
export function derive(name: string, compute: Deriver, options?: SourceOptions): Source;
export function derive(compute: Deriver, options?: SourceOptions): Source;
export function derive(first: string | Deriver, second?: Deriver | SourceOptions, third?: SourceOptions): Source {
  return guard(derive, () => (typeof first === 'function' ? deriveSource('derive', first, second) : deriveSource(first, second, third)));
}
