// Options that the bundles of the facade and of the command line share.

/** The code as it was written, with a map beside it: what the coverage of TypeScript reads. */
export const mapped = process.argv.includes('--mapped');

/** Options of esbuild: less to compile at start. Names stay, for stacks. */
export const code = { minifyWhitespace: !mapped, minifySyntax: !mapped, sourcemap: mapped ? 'external' : false, legalComments: 'none' };
