// JUnit's XML: a suite for each configuration, a case for the load and for each problem.
import type { Terminal } from '../output/terminal.js';
import { type Problem, placeOf, sentenceOf } from './problem.js';
import { assumptionsOf, type CheckReport, selectionName } from './report.js';

/** The report as JUnit's XML. A warning is a failure only where warnings count. */
export function junitReport(report: CheckReport, { isUnicode }: Pick<Terminal, 'isUnicode'>): string {
  const { problems, selections, isStrict } = report;
  const fails = ({ level }: Problem) => level === 'error' || isStrict;
  const suites = selections.map((profiles) => {
    const name = selectionName(profiles);
    const own = problems.filter((problem) => (profiles.length === 0 ? problem.isInBase : problem.profiles.includes(profiles.join(','))));
    const failures = own.filter(fails);
    const cases = failures.length === 0 ? [`    <testcase classname="${attribute(name)}" name="loads"/>`] : failures.map((problem) => failure(problem, name));
    const notes = [...own.filter((problem) => !fails(problem)).map(placed), ...assumptionsOf(report)];
    const out = notes.length === 0 ? [] : [`    <system-out>${content(notes.join('\n'))}</system-out>`];
    const counts = `tests="${cases.length}" failures="${failures.length}" errors="0" skipped="0"`;
    return [`  <testsuite name="${attribute(name)}" ${counts}>`, ...cases, ...out, '  </testsuite>'].join('\n');
  });
  const total = suites.reduce((sum, suite) => sum + (suite.match(/<testcase /g)?.length ?? 0), 0);
  const failed = suites.reduce((sum, suite) => sum + (suite.match(/<failure /g)?.length ?? 0), 0);
  const head = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="superconfig check" tests="${total}" failures="${failed}" errors="0">`;
  const text = `${[head, ...suites, '</testsuites>'].join('\n')}\n`;
  return isUnicode ? text : text.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
}

function failure(problem: Problem, suite: string): string {
  const { origin, code, path } = problem;
  const place = placeOf(origin);
  const name = [path, place].filter(Boolean).join(' at ') || problem.message;
  const file = origin?.file === undefined ? '' : ` file="${attribute(origin.file)}"${origin.line === undefined ? '' : ` line="${origin.line}"`}`;
  const text = [placed(problem), problem.snippet].filter((part) => part !== undefined).join('\n');
  return [
    `    <testcase classname="${attribute(suite)}" name="${attribute(name)}"${file}>`,
    `      <failure type="${attribute(code)}" message="${attribute(sentenceOf(problem))}">${content(text)}</failure>`,
    '    </testcase>',
  ].join('\n');
}

function placed(problem: Problem): string {
  return [placeOf(problem.origin), sentenceOf(problem)].filter((part) => part !== '').join(': ');
}

/** A text without what XML 1.0 cannot hold. */
function legal(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  return text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
}

function content(text: string): string {
  return legal(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return content(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;').replaceAll('\t', '&#9;');
}
