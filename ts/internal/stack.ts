// Stacks of errors that begin at the program's call of a public function, not inside the package.

/** A function as `Error.captureStackTrace` takes it: the frames above it, and its own, are left out. */
// biome-ignore lint/complexity/noBannedTypes: this is the type that Error.captureStackTrace has.
export type Frame = Function;

/** The getter of a property, as a frame. */
export function getterOf(prototype: object, name: string): Frame {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as Frame;
}

/** Makes the stack of an error begin at the caller of `frame`. */
export function startAt<E extends Error>(error: E, frame: Frame): E {
  Error.captureStackTrace?.(error, frame);
  return error;
}

/** The frames from the caller of `frame` on, as text: an asynchronous call has left the stack by the time it fails. */
export function captureStack(frame: Frame): string {
  const holder: { stack?: string } = {};
  Error.captureStackTrace?.(holder, frame);
  const stack = holder.stack ?? '';
  const end = stack.indexOf('\n');
  return end < 0 ? '' : stack.slice(end);
}

/** Gives an error frames that were captured before. */
export function withStack<E extends Error>(error: E, frames: string): E {
  if (frames !== '') {
    Object.defineProperty(error, 'stack', { value: `${error.name}: ${error.message}${frames}`, configurable: true, writable: true });
  }
  return error;
}
