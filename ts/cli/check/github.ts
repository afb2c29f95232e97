// Annotations of GitHub Actions: workflow commands on standard output.
import { type Problem, placeOf, profilesOf, sentenceOf } from './problem.js';
import { assumptionsOf, type CheckReport, summaryOf } from './report.js';

/**
 * The annotations of a check, and after them the whole as text. GitHub shows ten errors and ten warnings of a step and drops the rest:
 * errors come first, one place has one annotation, the full text follows, and the counts are last.
 */
export function githubReport(report: CheckReport): string {
  const { problems, selections } = report;
  const places = new Map<string, Problem[]>();
  for (const problem of problems) {
    // Of a warning on the line of an error the error's annotation tells.
    const { file, line } = problem.origin ?? {};
    const key = file === undefined ? JSON.stringify([problem.level, placeOf(problem.origin), problem.path, problem.message]) : `${file}\n${line}`;
    places.set(key, [...(places.get(key) ?? []), problem]);
  }
  const line = (problem: Problem) => {
    const of = profilesOf(problem, selections.length);
    return sentenceOf(problem) + (of === '' ? '' : ` [${of}]`);
  };
  const annotations = [...places.values()].map((found) => annotation(found, found.map(line).join('\n')));
  const whole = problems.map((problem) => `${problem.level} ${[placeOf(problem.origin), line(problem)].filter((part) => part !== '').join(': ')}`);
  return `${[...annotations, ...[...whole, ...assumptionsOf(report)].map(inert), summaryOf(report)].join('\n')}\n`;
}

function annotation([first]: readonly Problem[], text: string): string {
  const { level, code, origin } = first as Problem;
  const properties: [string, string | number | undefined][] = [
    ['file', origin?.file],
    ['line', origin?.line],
    ['col', origin?.file === undefined ? undefined : origin?.column],
    ['title', `${code.replace(/^ERR_/, '')}${(first as Problem).path ? ` ${(first as Problem).path}` : ''}`],
  ];
  const written = properties.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${level} ${written.join(',')}::${escapeData(text)}`;
}

/** A line of text that the runner takes for no command. */
function inert(text: string): string {
  return text.replaceAll('\n', '\n  ').replace(/^(\s*)(::|##)/gm, '$1 $2');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
