// SARIF 2.1.0, which code scanning takes.
import { createHash } from 'node:crypto';
import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Problem, placeOf, sentenceOf } from './problem.js';
import { type CheckReport, selectionName } from './report.js';

/** What the report says of the tool and of where files are. */
export interface SarifOptions {
  version: string;
  /** The directory that files are named from. */
  directory: string;
  /** The file of what is in none, such as a variable: services take no result without one. */
  fallback?: string | undefined;
}

/** The report as a SARIF log of one run. */
export function sarifReport({ problems, selections, assumed }: CheckReport, options: SarifOptions): object {
  const { version, directory } = options;
  const codes = [...new Set(problems.map(({ code }) => code))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'superconfig',
            version,
            rules: codes.map((code) => ({ id: code, defaultConfiguration: { level: code.startsWith('ERR') ? 'error' : 'warning' } })),
          },
        },
        columnKind: 'unicodeCodePoints',
        originalUriBaseIds: { '%SRCROOT%': { uri: `${pathToFileURL(directory).href.replace(/\/$/, '')}/` } },
        invocations: [{ executionSuccessful: true, properties: { configurations: selections.map(selectionName), assumed: assumed.map(({ path }) => path) } }],
        results: problems.map((problem) => resultOf(problem, codes, options)),
      },
    ],
  };
}

function resultOf(problem: Problem, codes: readonly string[], { directory, fallback }: SarifOptions): object {
  const { level, code, origin, path, profiles, isInBase } = problem;
  const place = origin?.file === undefined ? placeOf(origin) : '';
  const text = place === '' ? sentenceOf(problem) : `${place}: ${sentenceOf(problem)}`;
  const names = [...(isInBase ? [selectionName([])] : []), ...profiles];
  const file = origin?.file ?? fallback;
  const where = origin?.file === undefined ? { region: { startLine: 1 } } : region(origin);
  const physical = file === undefined ? {} : { physicalLocation: { artifactLocation: artifact(file, directory), ...where } };
  const logical = path === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: path, kind: 'member' }] };
  const location = { ...physical, ...logical };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level,
    message: { text },
    locations: Object.keys(location).length === 0 ? [] : [location],
    // The same problem keeps its name when lines above it change.
    partialFingerprints: { 'superconfig/v1': fingerprintOf([code, origin?.file ?? place, path ?? '', problem.message]) },
    properties: { configurations: names },
  };
}

function fingerprintOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function artifact(file: string, directory: string): object {
  const fromHere = relative(directory, resolve(directory, file));
  if (fromHere.startsWith('..') || isAbsolute(fromHere)) return { uri: pathToFileURL(resolve(directory, file)).href };
  return { uri: fromHere.split(/[\\/]/).map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function region({ line, column }: { line?: number; column?: number }): object {
  return line === undefined ? {} : { region: { startLine: line, ...(column !== undefined && { startColumn: column }) } };
}
