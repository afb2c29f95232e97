import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { Etcd } from '../../support/etcd.ts';
import { doorsTo, lasting, newPrefix } from '../../support/followed-etcd.ts';
import { replicasHaveAll } from '../../support/replicas.ts';
import { until } from '../../support/watched.ts';

const program = (name: string) => join(import.meta.dirname, 'programs', name);

test('1,000 configurations that are opened and closed leave no socket and no watcher, and the process ends by itself', async () => {
  const server = await lasting(Etcd.single());
  const [door] = await doorsTo(server.port);
  const prefix = newPrefix();
  await server.put(`${prefix}value`, '0');
  const args = [program('cycles.mjs'), `http://127.0.0.1:${door?.port}`, prefix, '1000'];
  const running = promisify(execFile)(process.execPath, args, { timeout: 110_000 });
  const open: (number | undefined)[] = [];
  running.child.stdout?.once('data', () => open.push(door?.open));
  const { stdout, stderr } = await running;
  expect([stdout, stderr, open]).toEqual(['one is open\n', '', [1]]);
  await until(() => door?.open === 0, 'closing the connections');
  expect(await server.metric('etcd_debugging_mvcc_watcher_total')).toBe(0);
});

test('20 processes have what is put, also after the server has restarted, to which they do not come back at once', async () => {
  const server = await lasting(Etcd.single());
  const prefix = newPrefix();
  await replicasHaveAll(server, [program('replica.mjs'), 'etcd', String(server.port), prefix], (value) => server.put(`${prefix}value`, value));
});
