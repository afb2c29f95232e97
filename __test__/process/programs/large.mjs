// A large configuration of which little is read never becomes a tree of JavaScript.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SuperConfig } from 'superconfig';

const directory = mkdtempSync(join(tmpdir(), 'superconfig-large-'));
const path = join(directory, 'large.json');
{
  const services = Array.from({ length: 50_000 }, (_, at) => [
    `service${at}`,
    { host: `host${at}.example.com`, port: at, tags: ['a', 'b', 'c'], notes: 'n'.repeat(120) },
  ]);
  writeFileSync(path, JSON.stringify({ services: Object.fromEntries(services) }));
}

/** How much more JavaScript's heap holds after something, in bytes. Nothing is collected meanwhile: what was made counts. */
function grown(work) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  work();
  return process.memoryUsage().heapUsed - before;
}

let config;
const read = grown(() => {
  config = SuperConfig.builder({ env: {} }).file(path).loadSync();
  for (let at = 0; at < 10; at++) assert.equal(config.get(`services.service${at * 4_000}.port`), at * 4_000);
});
let size;
const whole = grown(() => {
  size = JSON.stringify(config.current).length;
});
rmSync(directory, { recursive: true });
assert(size > 10e6, `${size} bytes are no large configuration`);
// Bun's figure does not move with what is made.
if (process.versions.bun === undefined) {
  assert(read < 1e6, `ten reads made ${read} bytes`);
  assert(whole > 10e6, `the whole made ${whole} bytes, so that this program would not have noticed`);
}
