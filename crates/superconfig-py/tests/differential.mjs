// Runs generated cases through the package for Node and prints what comes of each as one JSON document; test_differential.py compares.
// usage: node differential.mjs CASES ADDON-LOADING-ENTRY
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [cases, entry] = process.argv.slice(2);
const { SuperConfig, defaults, isSuperConfigError, overrides, text } = await import(pathToFileURL(entry).href);

/** A value in a notation that both languages write: integers as text, other numbers by their digits. */
function canonical(value) {
  if (typeof value === 'bigint') return { i: `${value}` };
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return { f: 'nan' };
    return Number.isInteger(value) ? { i: `${BigInt(value)}` } : { f: Number.isFinite(value) ? value.toPrecision(17) : value > 0 ? 'inf' : '-inf' };
  }
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return { t: Object.entries(value).map(([key, item]) => [key, canonical(item)]) };
}

/** The exact integers of a case, which JSON cannot write. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$integer === 'string') return BigInt(value.$integer);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const place = ({ kind, source, name, file, line, column, variable } = {}) => [kind, source ?? name, file, line, column, variable].map((one) => one ?? null);

function load({ layers, env, args, options }) {
  const builder = SuperConfig.builder({ cwd: '/', home: '/nowhere', env, argv: args }).profile([]);
  for (const layer of layers) {
    const flags = layer.join ? { join: true } : {};
    if (layer.kind === 'defaults') builder.add(defaults(plain(layer.value), flags));
    else if (layer.kind === 'override') builder.add(overrides(plain(layer.value), flags));
    else if (layer.kind === 'text') builder.add({ ...flags, ...text(layer.text, { name: layer.name, ...(layer.format && { format: layer.format }) }) });
    else if (layer.kind === 'env') builder.env('APP');
    else builder.args(args);
  }
  if (options.arrays) builder.arrays(options.arrays);
  if (options.interpolate) builder.interpolate();
  return builder.loadSync();
}

function outcome(given) {
  let config;
  try {
    config = load(given);
  } catch (error) {
    if (!isSuperConfigError(error)) throw error;
    const { code, path = null, origin, hint = null, issues = [], message } = error;
    const parts = issues.map((issue) => [issue.path ?? '', issue.message, issue.hint ?? null, place(issue.origin)]);
    return { error: [code, path, place(origin), hint, message, parts] };
  }
  const explained = given.explain.map((path) => {
    if (!config.has(path)) return null;
    const { winner, candidates } = config.explain(path);
    return [winner && place(winner), candidates.map((candidate) => [place(candidate), candidate.action, canonical(candidate.value)])];
  });
  const warnings = config.warnings.map(({ code, path = null, message, origin }) => [code, path, message, place(origin)]);
  const found = { value: canonical(config.current), redacted: config.toString(), yaml: config.toString({ format: 'yaml' }), warnings, explained };
  config.close();
  return found;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(cases, 'utf8')).map(outcome)));
