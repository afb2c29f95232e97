// The version of the package.

/** The version; that of the addon has to be the same. */
export const VERSION = '0.1.0';
