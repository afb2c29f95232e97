// Every thread of the engine says how large its stack is: where one did not, the standard library would read RUST_MIN_STACK when it
// starts, while another thread may write the environment. It is so large here that such a thread could not start.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { registry, SuperConfig } from 'superconfig';

assert.equal(process.env.RUST_MIN_STACK, String(2 ** 53));
const directory = mkdtempSync(join(tmpdir(), 'superconfig-stack-'));
const path = join(directory, 'app.json');
writeFileSync(path, '{ "n": 1 }');

// The thread that ends entries, which are refused without one.
const entry = registry.insert({ n: 1 }, { ttlMs: 60_000 });
assert.deepEqual(entry.value, { n: 1 });
entry.close();

// The watcher, which cannot start without one, and the threads that read.
const config = await SuperConfig.builder({ env: {} }).file(path).watch({ poll: 20, debounceMs: 5 }).load();
assert(config.status.watching.length > 0);
writeFileSync(path, '{ "n": 2 }');
for (const end = Date.now() + 30_000; config.get('n') !== 2; await sleep(5)) assert(Date.now() < end);
config.close();
rmSync(directory, { recursive: true });
