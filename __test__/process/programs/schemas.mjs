// Schemas that throw, return nonsense or never settle, on many values: whatever they do, their loads are let go of.
import assert from 'node:assert/strict';
import { SuperConfig } from 'superconfig';

const text = JSON.stringify({ list: Array.from({ length: 12_000 }, (_, at) => `value ${at}`) });
const never = new Promise(() => {});

/** What a schema does from its second check on. */
const ways = {
  nothing: () => undefined,
  'issues that are text': () => ({ issues: 'x' }),
  'a list': () => ({ value: [] }),
  'what throws': () => {
    throw new Error('mine');
  },
  'a rejection': () => Promise.reject(new Error('mine')),
  'what never settles': () => never,
};

async function collected() {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

for (const [way, validate] of Object.entries(ways)) {
  let checks = 0;
  const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => (checks++ === 0 ? { value: { ok: true } } : validate(value)) } };
  const load = () => SuperConfig.builder({ env: {} }).text(text, { format: 'json' }).schema(schema, { timeoutMs: 20 }).load();
  let config = await load();
  const measured = async () => {
    for (let round = 0; round < 20; round++) await config.reload().catch(() => {});
    await collected();
    return process.memoryUsage.rss();
  };
  const rounds = [];
  for (let round = 0; round < 5; round++) rounds.push(await measured());
  const [, warm, ...later] = rounds;
  // Twenty that were kept would be more than twenty megabytes in each round.
  assert(Math.min(...later) < warm + 15e6, `${way}: ${rounds}`);
  // Closing lets go of what is pending, and does not wait for it.
  const pending = Array.from({ length: 10 }, () => config.reload());
  config.close();
  for (const { status, reason } of await Promise.allSettled(pending)) {
    assert.equal(status, 'rejected', way);
    assert(['ERR_SUPERCONFIG_CLOSED', 'ERR_SUPERCONFIG_VALIDATION'].includes(reason.code), reason);
  }
  config = undefined;
}
