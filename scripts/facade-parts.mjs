// Parts of the facade that few programs use, as files of their own that are loaded at the first call. In the sources a part is imported
// as all code is. Only its functions can be imported from outside it, and what it imports itself the main file hands to it, so that both
// have the same classes and the same addon.
import { readFileSync } from 'node:fs';
import { basename, join, posix, relative, sep } from 'node:path';
import { build } from 'esbuild';

/** The files of each part, in ts/. */
const PARTS = {
  events: [...['event-pump', 'observed-load', 'publication', 'refresher', 'transition'].map((name) => `engine/${name}.ts`), 'api/events.ts'],
  inspection: ['api/inspection.ts', 'api/overlay.ts', ...['difference', 'explanation', 'status'].map((name) => `api/types/${name}.ts`)],
  module: ['engine/config-module.ts'],
  schema: [...['arktype', 'issues', 'json-schema', 'standard-schema', 'valibot', 'zod'].map((name) => `schema/${name}.ts`), 'api/conversion.ts'],
  rare: [
    'api/insert-options.ts',
    'engine/addon-error.ts',
    'engine/addon-search.ts',
    'engine/dotenv-export.ts',
    'engine/replacement-character.ts',
    'internal/document-error.ts',
  ],
  steps: ['engine/load-steps.ts', 'engine/steps.ts'],
  sources: ['engine/custom-source.ts', 'engine/custom-sources.ts', 'engine/derive.ts', 'engine/settle-within.ts', 'engine/source-data.ts'],
};
const partOf = new Map(Object.entries(PARTS).flatMap(([part, files]) => files.map((file) => [file, part])));

/** The names that a file imports from others, by file; those of types are left out. */
function importsOf(ts, file) {
  const text = readFileSync(join(ts, file), 'utf8');
  const found = new Map();
  for (const [, names, path] of text.matchAll(/^import \{([^}]*)\} from '(\.[^']+)\.js';/gm)) {
    const values = names.split(',').map((name) => name.trim());
    const target = posix.join(posix.dirname(file), `${path}.ts`);
    found.set(
      target,
      values.filter((name) => name !== '' && !name.startsWith('type ')),
    );
  }
  return found;
}

/** What a part imports from outside it: the files of names. */
function given(ts, part) {
  const names = new Map();
  for (const file of PARTS[part])
    for (const [target, values] of importsOf(ts, file)) if (partOf.get(target) !== part) for (const name of values) names.set(name, target);
  return names;
}

/** Resolves imports between the files of ts/ by what `replaced` says of the target: the code in place of it, or nothing. */
function replacing(ts, replaced) {
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir }) => {
        // Named with slashes everywhere, as the parts are.
        const target = relative(ts, join(resolveDir, path)).replaceAll(sep, '/').replace(/\.js$/, '.ts');
        return replaced(target) === undefined ? undefined : { path: target, namespace: 'part' };
      });
      onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: replaced(path), loader: 'js', resolveDir: ts }));
    },
  };
}

/** Writes the parts, as CommonJS that a main file of either kind loads. */
export async function buildParts(ts, common) {
  for (const part of Object.keys(PARTS)) {
    const names = given(ts, part);
    const take = (target) => [...names].filter(([, from]) => from === target).map(([name]) => `export const ${name} = given.${name};`);
    await build({
      ...common,
      stdin: { contents: PARTS[part].map((file) => `export * from './${file}';`).join('\n'), resolveDir: ts },
      bundle: true,
      format: 'cjs',
      outfile: join(ts, 'dist/parts', `${part}.cjs`),
      banner: { js: 'module.exports = (given) => {\nconst module = {};' },
      footer: { js: 'return module.exports;\n};' },
      define: { 'import.meta.url': 'undefined', 'import.meta.filename': 'undefined' },
      plugins: [replacing(ts, (target) => (partOf.get(target) === part ? undefined : take(target).join('\n') || undefined))],
    });
  }
}

/** Makes a main file load the parts when they are called. */
export function partsPlugin(ts, format) {
  const names = new Map(Object.keys(PARTS).flatMap((part) => [...given(ts, part)]));
  const imports = [...new Set(names.values())].map((file) => {
    const values = [...names].filter(([, from]) => from === file).map(([name]) => name);
    return `import { ${values.join(', ')} } from './${file.replace(/\.ts$/, '.js')}';`;
  });
  // Literal paths, which tools that gather the files of a program follow.
  const loading = (part) => (format === 'cjs' ? `require('./parts/${part}.cjs')` : `loadPart(new URL('./parts/${part}.cjs', import.meta.url))`);
  const main = `${imports.join('\n')}
    import { pathOf, requireFile } from './engine/addon-file.js';
    const parts = {};
    ${format === 'cjs' ? '' : 'const loadPart = (url) => requireFile(pathOf(url.href));'}
    const given = () => ({ ${[...names.keys()].join(', ')} });
    ${Object.keys(PARTS)
      .map((part) => `export const ${part} = () => (parts.${part} ??= ${loading(part)}(given()));`)
      .join('\n')}`;
  const stub = (file) => {
    const functions = [...readFileSync(join(ts, file), 'utf8').matchAll(/^export (?:async )?function\*? (\w+)/gm)].map(([, name]) => name);
    const part = partOf.get(file);
    return [`import { ${part} } from './parts.js';`, ...functions.map((name) => `export const ${name} = (...given) => ${part}().${name}(...given);`)].join(
      '\n',
    );
  };
  return replacing(ts, (target) => (basename(target) === 'parts.ts' ? main : partOf.has(target) ? stub(target) : undefined));
}
