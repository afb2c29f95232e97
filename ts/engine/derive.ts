// The layers of a load that JavaScript computes from the values below them, between preparing and publishing it.
import { SuperConfigError } from '../internal/errors.js';
import { kindOf, optionError, stringOf } from '../internal/validate.js';
import { native } from './addon.js';
import { optionsOf, toValue } from './codec.js';
import { callSource, LazySignal, originOf, reasonOf, type SourceContext } from './custom-source.js';
import type { Bounds } from './lifetime.js';
import type { LoadRequest } from './load-request.js';
import type { SourceEntry } from './protocol.js';
import { type Steps, settled } from './steps.js';

/** A layer that a function computes. @throws `ERR_SUPERCONFIG_OPTION` for an empty name, a bad option or what is no function. */
export function deriveSource(name: string, implementation: unknown, options: unknown): SourceEntry & { readonly kind: 'derive' } {
  if (stringOf(name, 'the name of a derived layer') === '') throw optionError('the name of a derived layer is not empty');
  if (typeof implementation !== 'function') throw optionError(`a derived layer is computed by a function, not ${kindOf(implementation)}`);
  return { ...optionsOf(options as object | undefined, 'derive'), kind: 'derive', name, implementation };
}

/** Computes the derived layers of a prepared load in order, each from the values below it. */
export function* deriveSteps(prepared: number, request: LoadRequest, bounds: Bounds): Steps<void> {
  let next = native().derivation(prepared);
  while (next != null) {
    const [values, index] = next;
    const { name, implementation } = request.sources[index] as unknown as { name: string; implementation: (values: unknown) => object };
    const source = { name, load: () => implementation(toValue(values)) };
    const answer = callSource(source, {} as SourceContext, new LazySignal(), bounds);
    const given = yield* settled(answer, `the derived layer \`${name}\``, originOf(source));
    if (!(given instanceof SuperConfigError)) {
      next = native().derivation(prepared, JSON.stringify(given));
      continue;
    }
    try {
      // So that listeners hear of it.
      native().derivation(prepared, JSON.stringify({ error: reasonOf(given.cause) }));
    } catch {
      // It is the same error without the cause.
    }
    throw given;
  }
}
