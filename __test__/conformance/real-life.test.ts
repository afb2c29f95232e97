// Cases made from public reports about other tools, in our own words; `about` in real-life/cases.json says what a case is.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isSuperConfigError, parse, SuperConfig, type SuperConfigBuilder } from '../../ts/index.ts';
import { link } from '../support/platform.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Expected {
  value?: unknown;
  errorCode?: string;
  warningCode?: string;
  /** A text that no printed form may show. */
  hides?: string;
  anyOf?: Expected[];
}

interface Case {
  id: string;
  what: string;
  files?: Record<string, string>;
  links?: Record<string, string>;
  env?: Record<string, string>;
  argv?: string[];
  /** The calls after `SuperConfig.builder(…)`. */
  build: string;
  /** An expression on `config`, compared in place of `config.current`. */
  look?: string;
  expect: Expected;
  /** What a process of its own may take. */
  limits?: { seconds: number; megabytes: number };
}

const folder = join(import.meta.dirname, 'real-life');
const { cases } = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as { cases: Case[] };
const directory = temporaryDirectory();

/** What came of a case: what it shows in every printed form, and what it is compared by. */
interface Outcome {
  value?: unknown;
  errorCode?: string;
  warningCodes: string[];
  printed: string;
}

function evaluate(names: Record<string, unknown>, expression: string): unknown {
  return new Function(...Object.keys(names), `return ${expression}`)(...Object.values(names));
}

function outcome({ env = {}, argv = [], build, look = 'config.current' }: Case): Outcome {
  const cwd = directory.path;
  const builder = SuperConfig.builder({ cwd, home: join(cwd, 'home'), root: join(cwd, 'root'), env, argv });
  try {
    using config = (evaluate({ builder, z }, `builder${build}`) as SuperConfigBuilder).loadSync();
    const value = evaluate({ config, parse }, look);
    const explained = Object.keys(config.current as object).map((key) => config.explain([key]));
    const formats = (['json', 'yaml'] as const).map((format) => config.toString({ format }));
    const printed = [look === 'config.current' ? '' : inspect(value), inspect(config), JSON.stringify(config), ...formats, inspect(explained, { depth: 9 })];
    return { value, warningCodes: config.warnings.map(({ code }) => code), printed: `${printed.join('\n')}\n${inspect(config.warnings)}` };
  } catch (error) {
    if (!isSuperConfigError(error)) throw error;
    return { errorCode: error.code, warningCodes: [], printed: `${inspect(error)}\n${JSON.stringify(error)}` };
  }
}

/** The same in a process that is ended when it takes too long. */
function outcomeAlone({ build }: Case, { seconds, megabytes }: NonNullable<Case['limits']>): Outcome {
  const options = { timeout: 1000 * seconds, encoding: 'utf8', killSignal: 'SIGKILL' } as const;
  const text = execFileSync(process.execPath, ['--max-old-space-size=512', join(folder, 'load-alone.mjs'), directory.path, build], options);
  const found = JSON.parse(text) as { value: unknown; megabytes: number };
  expect(found.megabytes).toBeLessThan(megabytes);
  return { value: found.value, warningCodes: [], printed: text };
}

function check(found: Outcome, { anyOf, ...expected }: Expected): void {
  if (anyOf !== undefined) {
    const fits = anyOf.some((one) => {
      try {
        check(found, one);
        return true;
      } catch {
        return false;
      }
    });
    expect(fits, inspect(found)).toBe(true);
  }
  if (expected.hides === undefined && expected.errorCode !== undefined) expect(found.errorCode, inspect(found)).toBe(expected.errorCode);
  else if (expected.errorCode === undefined) expect(found.errorCode, found.printed).toBeUndefined();
  if (expected.value !== undefined) expect(found.value).toEqual(expected.value);
  if (expected.warningCode !== undefined) expect(found.warningCodes).toContain(expected.warningCode);
  if (expected.hides !== undefined) expect(found.printed).not.toContain(expected.hides);
}

test.for(cases.map((given) => [given.id, given.what, given] as const))('%s: %s', ([, , given], { skip }) => {
  mkdirSync(directory.at('home'), { recursive: true });
  for (const [name, text] of Object.entries(given.files ?? {})) directory.write(name, text);
  for (const [name, target] of Object.entries(given.links ?? {})) {
    mkdirSync(dirname(directory.at(name)), { recursive: true });
    link(target, directory.at(name), skip);
  }
  check(given.limits === undefined ? outcome(given) : outcomeAlone(given, given.limits), given.expect);
});
