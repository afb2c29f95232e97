// A hundred thousand handles and ten thousand configurations, or the share of them that the argument says, half of them left to the
// garbage collector: memory stays as it is.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registry, SuperConfig } from 'superconfig';

const share = Number(process.argv[2] ?? 1);
const root = mkdtempSync(join(tmpdir(), 'superconfig-leaks-'));
writeFileSync(join(root, 'app.json'), JSON.stringify({ value: 1, text: 'x'.repeat(500) }));

async function collected() {
  // What the collector finds is let go of in the turns after it.
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function cycles() {
  for (let at = 0; at < 20_000 * share; at++) {
    const handle = registry.insert({ at, list: [1, 2, 3] });
    assert.equal(handle.value.at, at);
    if (at % 4 === 0) registry.update(handle, { at: -at });
    if (at % 2 === 0) handle.close();
    if (at % 2000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (let at = 0; at < 2_000 * share; at++) {
    const config = SuperConfig.builder({ cwd: root, env: {} }).file('app.json').loadSync();
    const handle = config.handle('value');
    assert.equal(handle.value + config.current.value + config.get('value'), 3);
    const off = config.on('change', () => {});
    config.reloadSync();
    if (at % 2 === 0) config.close();
    else off();
    if (at % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function measured() {
  await cycles();
  await collected();
  const { totalHandles, activeReferences } = registry.stats();
  return { heap: process.memoryUsage().heapUsed, rss: process.memoryUsage.rss(), totalHandles, activeReferences };
}

const rounds = [];
for (let round = 0; round < 6; round++) rounds.push(await measured());
rmSync(root, { recursive: true });
const shown = JSON.stringify(rounds);
for (const { totalHandles, activeReferences } of rounds) assert.deepEqual([totalHandles, activeReferences], [0, 0], shown);
const [, , warm, ...later] = rounds;
const flat = (key, slack) => assert(Math.min(...later.map((round) => round[key])) <= warm[key] * 1.05 + slack, `${key}: ${shown}`);
flat('heap', 0.5e6 * share);
flat('rss', 8e6);
