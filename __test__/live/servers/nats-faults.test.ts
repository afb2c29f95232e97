import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lasting, untilDone } from '../../support/followed-etcd.ts';
import { followNats } from '../../support/followed-nats.ts';
import { NatsServer } from '../../support/nats.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.open();
});
afterAll(() => server.stop());

test('puts, deletes and purges arrive, and nothing is left behind', async () => {
  const { direct, config, agrees, followed, end } = await followNats([server]);
  for (let n = 1; n <= 50; n++) await direct.put('app.value', String(n));
  await direct.put('app.a.b', 'text');
  await until(() => config.get('value', 0) === 50 && config.has('a.b'));
  await direct.delete('app.a.b');
  await direct.put('app.c', '1');
  await until(() => config.has('c') && !config.has('a.b'));
  await direct.purge('app.c');
  await until(() => !config.has('c'));
  await agrees();
  expect([followed.states, followed.errors]).toEqual([[], []]);
  await end();
});

test('a server that is killed and comes back: reads go on, stale once, live once, nothing is missing', async () => {
  const own = await lasting(NatsServer.open());
  const { direct, config, followed, agrees, end } = await followNats([own], { staleAfterMs: 700 });
  await direct.put('app.before', '1');
  await until(() => config.has('before'));
  await own.kill();
  await until(() => followed.states.includes('stale'));
  await sleep(1_000);
  expect(config.get('before')).toBe(1);
  await own.start();
  await untilDone(() => direct.put('app.after', '1'));
  await until(() => config.has('after'));
  await agrees();
  expect([followed.states, followed.errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);
  await end(true);
});

test.each(['hole', 'mute'] as const)('a link that is a %s is noticed by the next look, and what was missed is read', async (mode) => {
  const { proxy, direct, config, followed, agrees, end } = await followNats([server], { answerMs: 500, isAlone: true });
  proxy.mode = mode;
  await direct.put('app.value', '1');
  await direct.put('app.new', '1');
  const begun = performance.now();
  await until(() => followed.errors.length > 0);
  expect(performance.now() - begun).toBeLessThan(400 + 500 + 1_000);
  // What was swallowed stays missing on that connection: the client makes another one.
  proxy.mode = 'pass';
  proxy.cut();
  await until(() => config.get('value', 0) === 1 && config.has('new'));
  await agrees();
  expect(followed.errors).toHaveLength(1);
  await end(true);
});

test('a connection that is dead without a word is made anew, long before its client pings', async () => {
  const { proxy, direct, config, followed, agrees, end } = await followNats([server], { answerMs: 500 });
  proxy.mode = 'hole';
  await direct.put('app.value', '1');
  await until(() => followed.states.length > 0);
  // The old connection stays dead; new ones are taken.
  proxy.mode = 'pass';
  await until(() => config.get('value', 0) === 1);
  await agrees();
  await end(true);
});

test('a cut connection: one change with the true difference, also of keys whose deletion left nothing', async () => {
  const { proxy, direct, config, followed, agrees, end } = await followNats([server]);
  await direct.put('app.keep', '1');
  await direct.put('app.gone', '1');
  await until(() => config.has('gone'));
  proxy.mode = 'refuse';
  proxy.cut();
  await until(() => followed.states.includes('connecting'));
  followed.changes.length = 0;
  for (let n = 0; n < 500; n++) await direct.put(`app.x${n % 7}`, String(n));
  await direct.delete('app.gone');
  await direct.delete('app.x0');
  await server.forget(direct, 'app.gone');
  proxy.mode = 'pass';
  await until(() => !config.has('gone'));
  await agrees();
  await until(() => followed.changes.length > 0);
  expect(followed.changes).toEqual([['gone', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6']]);
  expect([followed.states, followed.errors.length]).toEqual([['connecting', 'live'], 1]);
  await end(true);
});

test('values that the watch does not tell of are found by the next look', async () => {
  const { direct, config, agrees, end } = await followNats([server]);
  await direct.put('app.expired', '1');
  await until(() => config.has('expired'));
  // What expires leaves no message, and this neither.
  await server.forget(direct, 'app.expired');
  await until(() => !config.has('expired'));
  await agrees();
  await end();
});

test('a bucket that is made anew is noticed, read, and warned of', async () => {
  const { direct, name, config, agrees, followed } = await followNats([server]);
  for (let n = 0; n < 20; n++) await direct.put('app.old', String(n));
  await until(() => config.get('old', 0) === 19);
  const told = await warnings(async () => {
    await direct.destroy();
    const anew = await server.bucket(name);
    await anew.put('app.fresh', '1');
    await until(() => config.has('fresh') && !config.has('old'));
    await anew.put('app.later', '1');
    await until(() => config.has('later'));
  });
  expect(told).toContain('the source `nats:app.`: its store was restored or made anew; everything was read again');
  await agrees();
  expect(followed.status?.state).toBe('live');
});

test('what is all gone is looked at twice, or kept', async () => {
  const gone = await followNats([server]);
  const kept = await followNats([server], { onEmpty: 'keep' });
  await gone.direct.delete('app.value');
  await kept.direct.delete('app.value');
  await until(() => !gone.config.has('value'));
  expect(kept.config.get('value')).toBe(0);
  await gone.end();
  await kept.end();
});

test('bytes that come one at a time, and garbage between them', async () => {
  const { proxy, direct, config, followed, agrees, end } = await followNats([server], { answerMs: 600 });
  proxy.pieceBytes = 1;
  proxy.cut();
  for (let n = 1; n <= 20; n++) await direct.put('app.value', String(n));
  await direct.put('app.long', 'y'.repeat(3_000));
  await until(() => config.get('value', 0) === 20 && config.has('long'));
  proxy.pieceBytes = 0;
  const header = `HMSG _INBOX.x 1 999999999 999999999\r\nNATS/1.0\r\n${'x: y\r\n'.repeat(2_000)}`;
  for (const garbage of ['\0\0\0\0\r\n', 'MSG _INBOX.x 1 99999999999\r\nx', 'INFO {"server_id"\r\n', "-ERR 'no such thing'\r\n\xff\r\n", header]) {
    const errors = followed.errors.length;
    proxy.insert(Buffer.from(garbage, 'latin1'));
    await until(() => followed.errors.length > errors, `telling of ${JSON.stringify(garbage.slice(0, 20))}`);
    proxy.cut();
    await until(() => followed.status?.state === 'live', `healing after ${JSON.stringify(garbage.slice(0, 20))}`);
  }
  await direct.put('app.value', '21');
  await until(() => config.get('value', 0) === 21);
  await agrees();
  await end(true);
});
