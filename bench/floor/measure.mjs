// Measures one row of one engine beside by hand, in a process of its own, as the budgets are: `node measure.mjs SCRATCH ROW ENGINE [--reversed]`
// prints the nanoseconds of both.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setEnvironment, small } from '../inputs.mjs';
import { fresh } from '../measure.mjs';
import { BY_HAND, SMALL_LOADS } from '../small-loads.mjs';
import { openEngine } from './engines.mjs';

/** As many directories each contender takes that nobody has read, and some to warm up with. */
const [UNSEEN, SEEN] = [260, 20];

const [scratch, row, engine, order] = process.argv.slice(2);
const { variables, files, load, byHand } = SMALL_LOADS[row];
const contenders = [
  [engine, load(openEngine(scratch, engine).SuperConfig)],
  [BY_HAND, byHand],
];
if (order === '--reversed') contenders.reverse();
setEnvironment(variables);

const inputs = join(scratch, 'inputs');
// Paths of one length.
const directory = (name, round) => join(inputs, name === BY_HAND ? 'h' : 'e', String(100 + round));
const directories = Array.from({ length: SEEN + UNSEEN }, (_, round) => (name) => directory(name, round));
small(inputs);
const texts = files.map((file) => [file, readFileSync(join(inputs, file))]);
for (const [name] of contenders) {
  for (const each of directories) {
    for (const [file, text] of texts) {
      const path = join(each(name), file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}
const results = await fresh(Object.fromEntries(contenders), directories);
rmSync(inputs, { recursive: true });
process.stdout.write(JSON.stringify(results));
