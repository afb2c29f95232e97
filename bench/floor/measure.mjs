// Measures one row in a process of its own: `node measure.mjs SCRATCH ROW [--reversed]` prints nanoseconds by contender.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setEnvironment, small } from '../inputs.mjs';
import { fresh } from '../measure.mjs';
import { BY_HAND, SMALL_LOADS } from '../small-loads.mjs';
import { ENGINES, openEngine } from './engines.mjs';

/** As many directories each contender takes that nobody has read, and some to warm up with. */
const [UNSEEN, SEEN] = [260, 20];

const [scratch, row, order] = process.argv.slice(2);
const { variables, files, load, byHand } = SMALL_LOADS[row];
const contenders = ENGINES.map((name) => [name, load(openEngine(scratch, name).SuperConfig)]);
contenders.push([BY_HAND, byHand]);
if (order === '--reversed') contenders.reverse();
setEnvironment(variables);

const inputs = join(scratch, 'inputs');
// Paths of one length.
const directory = (name, round) => join(inputs, String([...ENGINES, BY_HAND].indexOf(name)), String(100 + round));
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
