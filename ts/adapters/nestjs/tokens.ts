// The tokens of the configuration itself. What is injected is a function that returns it, as Nest looks into what it injects.

/** The configuration that the module was made of. */
export const BASE = Symbol.for('superconfig.nestjs.base');
/** The configuration that the service and the handles read. */
export const SHOWN = Symbol.for('superconfig.nestjs.shown');
