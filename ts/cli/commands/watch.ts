// `superconfig watch`: changes as they happen.
import type { Explanation, SourceStatus, SuperConfig } from '../../index.js';
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { placeText, valueText } from '../output/explanation.js';
import { errorDocument, originDocument } from '../output/json.js';

/** Long enough for the process to stay until it is told to end. */
const LONG = 2 ** 31 - 1;

export const command: Command = {
  name: 'watch',
  help:
    'Loads, watches the files as a service with watch() does, and prints each change with its origins, and each reload that fails with its ' +
    'located error, and each change of the state of a live source, until Ctrl-C. With --json one document a line: `load` first, then `change`, ' +
    '`error` and `status`.',
  examples: ['watch', 'watch --profile production', 'watch --json | jq .changes'],
  shared: { sources: true, json: true },
  isLines: true,
  async run(context) {
    const { options } = await context.definition();
    const config = await context.load({ watch: typeof options.watch === 'object' ? options.watch : true });
    let before = explained(config);
    const ended = endOf(context);
    config.on('change', ({ version, changed }) => {
      const after = explained(config);
      report(
        context,
        version,
        changed.map((path) => changeOf(path, before.get(path), after.get(path))),
      );
      before = after;
    });
    config.on('error', (error) => {
      if (context.isJson) context.json({ event: 'error', error: errorDocument(error) });
      else context.answer(`${clock()} ${context.colours.red('the reload failed; the last good version stays')}\n${error.message}`);
    });
    config.on('status', (source) => {
      if (context.isJson) context.json({ event: 'status', source: stateOf(source) });
      else context.answer(`${clock()} ${stateText(source)}`);
    });
    const { watching, sources } = config.status;
    if (context.isJson) context.json({ event: 'load', version: config.version, watching, sources: sources.map(stateOf) });
    else {
      for (const { path, mode } of watching) context.say(`watching ${path} (${mode})`);
      for (const source of sources) context.say(stateText(source));
    }
    const code = await ended;
    config.close();
    return code;
  },
};

/** A custom source as `--json` has it. */
function stateOf({ name, state, revision, endpoint, lastError }: SourceStatus): object {
  return {
    ...{ name, state },
    ...(revision !== undefined && { revision }),
    ...(endpoint !== undefined && { endpoint }),
    ...(lastError !== undefined && { reason: lastError.message }),
  };
}

/** The same for people. */
function stateText({ name, state, endpoint, lastError }: SourceStatus): string {
  const where = endpoint === undefined ? '' : ` (${endpoint})`;
  return `${name} is ${state}${where}${lastError === undefined || state === 'live' ? '' : `: ${lastError.message}`}`;
}

/** Every path with its explanation. */
const explained = (config: SuperConfig) => new Map(config.explainAll().map((explanation) => [explanation.path, explanation]));

/** One path that differs between two versions. */
interface PathChange {
  path: string;
  change: 'added' | 'removed' | 'changed';
  from?: { value: unknown; origin?: object };
  to?: { value: unknown; origin?: object };
}

function changeOf(path: string, before: Explanation | undefined, after: Explanation | undefined): PathChange {
  const side = (explanation: Explanation | undefined) => {
    if (explanation?.value === undefined) return undefined;
    const { value, winner } = explanation;
    return { value, ...(winner !== null && { origin: originDocument(winner) }) };
  };
  const [from, to] = [side(before), side(after)];
  const change = from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
  return { path, change, ...(from && { from }), ...(to && { to }) };
}

function report(context: Context, version: number, changes: PathChange[]): void {
  if (context.isJson) {
    context.json({ event: 'change', version, changes });
    return;
  }
  const { terminal, colours } = context;
  const side = (given: PathChange['from']) =>
    given === undefined ? '' : `${valueText(given.value, terminal)}${given.origin ? colours.dim(` (${placeText(given.origin)})`) : ''}`;
  const lines = changes.map(({ path, change, from, to }) => {
    if (change === 'added') return colours.green(`  + ${path} = `) + side(to);
    if (change === 'removed') return colours.red(`  - ${path} = `) + side(from);
    return `  ~ ${path} = ${side(from)} ${terminal.symbols.arrow} ${side(to)}`;
  });
  context.answer([`${clock()} ${colours.bold(`version ${version}`)}`, ...lines].join('\n'));
}

const clock = () => new Date().toTimeString().slice(0, 8);

/** The exit code of what ends the watching: Ctrl-C, a request to end, or a reader that goes away. */
function endOf(context: Context): Promise<number> {
  return new Promise((done) => {
    const stay = setInterval(() => {}, LONG);
    const end = (code: number) => {
      clearInterval(stay);
      done(code);
    };
    process.once('SIGINT', () => end(130));
    process.once('SIGTERM', () => end(143));
    context.out.onClose = () => end(0);
  });
}
