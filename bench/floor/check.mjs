// Checks that floor engines load what the real one loads, by all of it that they show: `node check.mjs SCRATCH`.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setEnvironment, small } from '../inputs.mjs';
import { SMALL_LOADS } from '../small-loads.mjs';
import { ENGINES, openEngine, REAL } from './engines.mjs';

const [scratch] = process.argv.slice(2);
const directory = join(scratch, 'check');
small(directory);
writeFileSync(join(directory, 'broken.toml'), 'port = 1\nhost = = 2\n');
writeFileSync(join(directory, 'array.json'), '[1]');

const real = openEngine(scratch, REAL);
/** The error of a load of one file. */
function failure({ SuperConfig }, file) {
  try {
    SuperConfig.builder({ cwd: directory }).file(file).loadSync();
  } catch (error) {
    return error;
  }
  return assert.fail(`${file} is loaded`);
}
const plain = (value) => JSON.parse(JSON.stringify(value));

for (const name of ENGINES.filter((name) => name !== REAL)) {
  let last;
  const engine = openEngine(scratch, name, (prepare) => (...args) => {
    last = prepare(...args);
    return last;
  });
  const { floor } = engine;
  const isWhole = name === ENGINES.at(-1);
  for (const [title, { variables, load, byHand }] of Object.entries(SMALL_LOADS)) {
    setEnvironment(variables);
    const [wanted, config] = [real, engine].map(({ SuperConfig }) => load(SuperConfig)(directory));
    const what = `${title}, ${name}`;
    assert.deepEqual(JSON.parse(floor.value(last)), plain(wanted.current), what);
    assert.deepEqual(plain(byHand(directory)), plain(wanted.current), title);
    if (isWhole) {
      assert.deepEqual(JSON.parse(floor.describe(last, 'layers')), plain(wanted.layers), what);
      assert.deepEqual(JSON.parse(floor.describe(last, 'warnings')), plain(wanted.warnings), what);
      const { loads, stages } = JSON.parse(floor.describe(last, 'status'));
      assert.deepEqual([loads, stages.map((stage) => stage > 0)], [1, [true, true, true, false, true]], what);
    }
    for (const each of [wanted, config]) each.close();
    assert.throws(() => floor.value(last), /is closed/, what);
  }
  const failures = (file) => [real, engine].map((engine) => failure(engine, file));
  for (const file of ['broken.toml', 'missing.toml']) {
    const [wanted, error] = failures(file);
    assert.equal(error.code, wanted.code, `${file}, ${name}`);
  }
  if (isWhole) {
    const located = failures('broken.toml').map(({ message, origin }) => ({ message: message.split('\n')[0], origin }));
    assert.deepEqual(located[1], located[0]);
    const [wanted, error] = failures('array.json');
    assert.deepEqual([error.code, error.origin.file], [wanted.code, wanted.origin.file]);
  }
}
