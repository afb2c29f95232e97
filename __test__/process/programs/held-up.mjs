// Files that whoever opens them waits for: what that holds up, and what not. The library that holds them up is loaded by the test.
import assert from 'node:assert/strict';
import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, readFile, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SuperConfig } from 'superconfig';

/** Whatever waits for a file that is held up waits longer. */
const AT_ONCE_MS = 1500;

class Held {
  root = mkdtempSync(join(tmpdir(), 'superconfig-held-'));
  path = join(this.root, 'held.json');

  constructor() {
    this.write(0);
    process.on('exit', () => rmSync(this.root, { recursive: true }));
  }

  write(value) {
    writeFileSync(`${this.root}/new`, JSON.stringify({ value }));
    renameSync(`${this.root}/new`, this.path);
  }

  holdUp() {
    writeFileSync(`${this.path}.gate`, '');
  }

  letGo() {
    rmSync(`${this.path}.gate`);
  }

  builder() {
    return SuperConfig.builder({ cwd: this.root, env: {} }).file('held.json');
  }
}

async function until(holds, what) {
  const end = Date.now() + 30_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} never came true`);
    await sleep(5);
  }
}

function atOnce(action, what) {
  const start = Date.now();
  const result = action();
  assert(Date.now() - start < AT_ONCE_MS, `${what} took ${Date.now() - start} ms`);
  return result;
}

const isHeldUp = ({ status }) => status.staleSince !== undefined && status.watching.every(({ reason }) => reason?.includes('has not come back'));

const ways = {
  async lives() {
    const helds = Array.from({ length: 7 }, () => new Held());
    const configs = helds.map((held) => held.builder().watch().loadSync());
    const other = new Held();
    const free = other.builder().watch().loadSync();
    for (const held of helds) {
      held.holdUp();
      held.write(1);
    }
    await until(() => configs.every(isHeldUp), 'the status says what has not come back');
    // Others are read on, opened and closed.
    other.write(1);
    await until(() => free.get('value') === 1, 'another configuration is read');
    const third = atOnce(() => other.builder().watch().loadSync(), 'opening one');
    assert(third.status.watching.length > 0 && third.status.watching.every(({ reason }) => reason === undefined));
    atOnce(() => third.close(), 'closing one');
    // Nothing waits in the threads of the host, of which there is one.
    const reloads = Array.from({ length: 20 }, () => configs[0].reload());
    const loads = Array.from({ length: 3 }, () => helds[0].builder().load());
    for (const load of [...reloads, ...loads]) load.catch(() => {});
    await promisify(pbkdf2)('a', 'b', 1, 8, 'sha512');
    await promisify(readFile)(import.meta.filename);
    assert.equal((await other.builder().load()).get('value'), 1);
    // Who waits for the file is told when the configuration is closed.
    atOnce(() => configs[0].close(), 'closing what is held up');
    for (const { status, reason } of await Promise.allSettled(reloads)) {
      assert.deepEqual([status, reason?.code], ['rejected', 'ERR_SUPERCONFIG_CLOSED']);
    }
    // What comes back goes on.
    helds[1].letGo();
    await until(() => configs[1].get('value') === 1, 'what comes back is read');
    assert.equal(configs[1].status.staleSince, undefined);
    for (const config of configs.slice(2)) config.on('change', () => {});
    console.log('exits');
    process.exit(3);
  },
  /** Nobody has called for what is held up: the process ends by itself. */
  async 'ends by itself'() {
    const held = new Held();
    const config = held
      .builder()
      .source({ name: 'other', load: () => ({}) })
      .watch()
      .loadSync();
    config.on('error', () => {});
    held.holdUp();
    held.write(1);
    await until(() => isHeldUp(config), 'the status says what has not come back');
    console.log('exits');
    process.exitCode = 3;
  },
};

await ways[process.argv[2]]();
