// The error of a module that exports configuration.
import { SuperConfigError } from '../internal/errors.js';

/** An error that says by itself which module it is about, and what is wrong with it. */
export class ModuleError extends SuperConfigError {}
