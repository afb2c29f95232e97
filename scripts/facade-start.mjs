// Makes the main file quicker to start with.
import { transformSync } from 'esbuild';

/** Functions of the main file that a first load runs; `__test__/packed/package.test.ts` finds those that it no longer does. */
export const FIRST_LOAD = `builtin capture captureEnvironment checkText file filterOf generationWords guard hasSteps inBrief installedAddon
  isLoaded isObserved loadAtOnce loadNative loadSync lookUp made namesOf native needsHome openAddon opened ownFile packagesOf pinned platformNames
  prepare stringOf sync textOf toCrossing toNativePath toValue unpairedSurrogate wordIndex workingDirectory`.split(/\s+/);

/**
 * The code of a main file, quicker to start with: the names of what is local are short, and what nothing uses is gone. Functions and classes
 * keep their names, for stacks. Those that a first load runs stand in parentheses, which makes V8 compile them together with the file: else it
 * looks through them there, and reads them once more, one by one, when they are called.
 */
export function quickened(code, style) {
  // esbuild takes what has no exports for a script, and leaves the names there that are outside functions.
  const [body, exported = ''] = code.split(/(?=export\{)/);
  // A class that names itself gets a second name from esbuild, which users would see.
  const classes = [...body.matchAll(/\b(\w+)=class _\1\b/g)].map(([, name]) => name).join('|');
  const named = body.replace(new RegExp(`(=class) _(?:${classes})\\b`, 'g'), '$1').replace(new RegExp(`\\b_(${classes})\\b`, 'g'), '$1');
  // One on each line, as it is here, a function ends where a line is its closing brace.
  const { code: lines } = transformSync(named, { target: style.target });
  const eager = lines.replace(/^(function\*?) (\w+)(\([\s\S]*?^\})$/gm, (whole, kind, name, rest) =>
    FIRST_LOAD.includes(name) ? `var ${name} = (${kind}${rest});` : whole,
  );
  const short = transformSync(eager, { ...style, minifyIdentifiers: true, treeShaking: exported === '' });
  return `${short.code.trimEnd()}${exported}`;
}
