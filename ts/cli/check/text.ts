// The report for people.
import type { Colours } from '../output/colour.js';
import { placeOf, profilesOf, sentenceOf } from './problem.js';
import { assumptionsOf, type CheckReport, countsOf, summaryOf } from './report.js';

/** The report as text: each problem with its place, its lines and its profiles. */
export function textReport(report: CheckReport, { red, yellow, green, dim, bold }: Colours): string {
  const { problems, selections } = report;
  const blocks = problems.map((problem) => {
    const of = profilesOf(problem, selections.length);
    const level = problem.level === 'error' ? red('error') : yellow('warning');
    const place = placeOf(problem.origin);
    const head = [level, place && bold(`${place}:`), sentenceOf(problem), of && dim(`[${of}]`)].filter((part) => part !== '').join(' ');
    return problem.snippet === undefined ? head : `${head}\n${problem.snippet}`;
  });
  const { errors, warnings } = countsOf(problems);
  const summary = errors > 0 ? red(summaryOf(report)) : warnings > 0 ? yellow(summaryOf(report)) : green(summaryOf(report));
  return [...blocks, ...assumptionsOf(report), summary].join('\n');
}
