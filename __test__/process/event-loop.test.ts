// An asynchronous reload leaves its thread free, however large the configuration is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SuperConfig } from '../../ts/index.ts';

/** Milliseconds that this thread has computed, whatever else the machine does. */
const computed = () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;

test('reading, comparing and publishing a large version happen on another thread', async () => {
  const root = mkdtempSync(join(tmpdir(), 'superconfig-event-loop-'));
  const write = (n: number) => {
    const items = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, { name: `name ${at}`, value: at, tags: ['a', 'b'] }]));
    writeFileSync(join(root, 'app.json'), JSON.stringify({ n, items }));
  };
  write(0);
  const config = SuperConfig.builder({ cwd: root, env: {} }).file('app.json').loadSync();
  let here = 0;
  let elsewhere = 0;
  for (let n = 1; n <= 4; n++) {
    write(n);
    let start = computed();
    expect(config.reloadSync().changed).toEqual(['n']);
    here += computed() - start;
    write(-n);
    start = computed();
    expect((await config.reload()).changed).toEqual(['n']);
    elsewhere += computed() - start;
  }
  expect(elsewhere).toBeLessThan(here / 5);
  config.close();
  rmSync(root, { recursive: true });
});
