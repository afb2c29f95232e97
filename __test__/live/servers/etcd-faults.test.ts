import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Etcd, etcds } from '../../support/etcd.ts';
import { doorsTo, follow, lasting, PING_MS, PONG_MS, untilDone } from '../../support/followed-etcd.ts';
import { warnings } from '../../support/warnings.ts';
import { until } from '../../support/watched.ts';

describe.each(etcds)('etcd %s', (_, program) => {
  let server: Etcd;
  beforeAll(async () => {
    server = await Etcd.single({ program });
  });
  afterAll(() => server.stop());

  test('puts and deletes arrive, and what one transaction writes arrives together', async () => {
    const { config, put, agrees, end } = await follow(server);
    await put({ a: '0', b: '0' });
    await until(() => config.has('a'));
    let mixed = 0;
    config.on('change', ({ current }) => {
      const { a, b } = current as { a: number; b: number };
      if (a !== b) mixed += 1;
    });
    for (let n = 1; n <= 50; n++) await put({ a: String(n), b: String(n) });
    await until(() => config.get('a') === 50);
    await put({ a: null, b: null });
    await until(() => !config.has('a'));
    expect(mixed).toBe(0);
    await agrees();
    await end();
  });

  test('a cut connection goes on where it was', async () => {
    const { door, config, put, states, errors, source, agrees, end } = await follow(server);
    door.cut();
    await put({ value: '1' });
    await until(() => config.get('value') === 1);
    expect(source()).toMatchObject({ state: 'live', resumes: 1, relists: 0 });
    expect(states).toEqual(['connecting', 'live']);
    expect(errors).toHaveLength(1);
    await agrees();
    await end();
  });

  test('a cut, 500 puts and deletes and a compaction are one list, and one change with the true difference', async () => {
    const { door, config, put, changes, source, agrees, end } = await follow(server);
    await put({ keep: '1', gone: '1' });
    await until(() => config.has('gone'));
    changes.length = 0;
    door.mode = 'refuse';
    door.cut();
    for (let n = 0; n < 490; n++) await put({ [`x${n % 7}`]: n % 11 === 0 ? null : String(n) });
    for (let n = 0; n < 7; n++) await put({ [`x${n}`]: String(n) });
    const revision = await put({ gone: null, value: '-1', x0: null });
    await server.compact(revision);
    door.mode = 'pass';
    await until(() => !config.has('gone'));
    await agrees();
    await until(() => changes.length > 0);
    expect(changes).toEqual([['gone', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6']]);
    expect(source()).toMatchObject({ state: 'live', relists: 1 });
    await end();
  });

  test.each(['hole', 'mute', 'deaf'] as const)('a link that is a %s is noticed by the ping, and another endpoint is taken', async (mode) => {
    const doors = await doorsTo(server.port, server.port);
    const { config, put, used, errors, states, agrees, end } = await follow(server, { doors });
    const door = used();
    door.mode = mode;
    const begun = performance.now();
    await put({ value: '1' });
    await until(() => config.get('value') === 1 && errors.length > 0 && states.at(-1) === 'live');
    expect(performance.now() - begun).toBeLessThan(PING_MS + PONG_MS + 1_000);
    expect(errors).toHaveLength(1);
    expect(states).toEqual(['connecting', 'live']);
    await agrees();
    await end();
  });

  test('a link that is slow is a link', async () => {
    const { door, config, put, states, end } = await follow(server);
    door.delayMs = 300;
    for (let n = 1; n <= 5; n++) await put({ value: String(n) });
    await until(() => config.get('value') === 5);
    await new Promise((resolve) => setTimeout(resolve, 2 * PING_MS));
    expect(states).toEqual([]);
    await end();
  });

  test('a server that is killed and comes back: reads go on, stale once, live once, nothing is missing', async () => {
    const own = await lasting(Etcd.single({ program }));
    const { config, put, states, errors, agrees, end } = await follow(own, { staleAfterMs: 500 });
    await put({ before: '1' });
    await until(() => config.has('before'));
    await own.kill();
    await until(() => states.includes('stale'));
    expect(config.get('before')).toBe(1);
    // What a reload gives is what was known, and waits for nothing.
    await config.reload();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await own.start();
    await put({ after: '1' });
    await until(() => config.has('after'));
    await agrees();
    expect([states, errors.length]).toEqual([['connecting', 'stale', 'live'], 1]);
    await end();
  });

  test('a store that was wiped is noticed, and read anew', async () => {
    const own = await lasting(Etcd.single({ program }));
    const told = await warnings(async () => {
      const { config, put, agrees, end } = await follow(own);
      for (let n = 0; n < 20; n++) await put({ old: String(n) });
      await until(() => config.get('old') === 19);
      await own.kill();
      own.wipe();
      await own.start();
      await put({ fresh: '1' });
      await until(() => config.has('fresh') && !config.has('old'));
      await agrees();
      await end();
    });
    expect(told).toEqual([expect.stringContaining('its store was restored or made anew')]);
  });

  test('a store that was wiped and has overtaken the revision that was known is noticed, too', async () => {
    const own = await lasting(Etcd.single({ program }));
    const told = await warnings(async () => {
      const { door, config, put, agrees, end } = await follow(own);
      await put({ old: '1' });
      await until(() => config.has('old'));
      door.mode = 'refuse';
      await own.kill();
      own.wipe();
      await own.start();
      await put({ fresh: '1' });
      for (let n = 0; n < 30; n++) await put({ more: String(n) });
      door.mode = 'pass';
      await until(() => config.has('fresh') && !config.has('old'));
      await agrees();
      await end();
    });
    expect(told).toEqual([expect.stringContaining('its store was restored or made anew')]);
  });

  test('what is all gone is looked at twice, or kept', async () => {
    const gone = await follow(server);
    const kept = await follow(server, { onEmpty: 'keep' });
    await gone.put({ value: null });
    await kept.put({ value: null });
    await until(() => !gone.config.has('value'));
    expect(kept.config.get('value')).toBe(-1);
    await kept.put({ value: '5' });
    await until(() => kept.config.get('value') === 5);
    await gone.end();
    await kept.end();
  });

  test('a watch is opened anew without an outage, by the next connection', async () => {
    const { door, config, put, states, errors, end } = await follow(server, { maxWatchMs: 300 });
    await until(() => door.connections > 6);
    await put({ value: '7' });
    await until(() => config.get('value') === 7);
    expect([states, errors]).toEqual([[], []]);
    await end();
  });

  test('bytes that come one at a time are the same bytes', async () => {
    const { door, config, put, agrees, end } = await follow(server);
    door.pieceBytes = 1;
    door.cut();
    for (let n = 1; n <= 20; n++) await put({ value: String(n), [`k${n}`]: 'x'.repeat(100) });
    await until(() => config.get('value') === 20);
    await agrees();
    await end();
  });

  test('bytes that nobody sent end the connection, and nothing else', async () => {
    const { door, config, put, states, agrees, end } = await follow(server);
    for (const garbage of [Buffer.alloc(64, 0xff), Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), Buffer.alloc(20_000)]) {
      states.length = 0;
      door.insert(garbage);
      await until(() => states.at(-1) === 'live', 'coming back');
    }
    await put({ value: '3' });
    await until(() => config.get('value') === 3);
    await agrees();
    await end();
  });

  test('three members: the leader killed, the watched one stopped, the majority stopped', async () => {
    const members = await Etcd.cluster(3, { program });
    for (const member of members) await lasting(Promise.resolve(member));
    const doors = await doorsTo(...members.map(({ port }) => port));
    const [first] = members as [Etcd, Etcd, Etcd];
    const { config, put, states, prefix, used, agrees, end } = await follow(first, { doors });
    await put({ value: '1' });
    await until(() => config.get('value') === 1);

    const leader = await leaderOf(members);
    await leader.kill();
    const [writer, other] = members.filter((member) => member !== leader) as [Etcd, Etcd];
    // Each time another key: a put that was tried again may be carried out late.
    await untilDone(() => writer.put(`${prefix}second`, '2'));
    await until(() => config.get('second', 0) === 2);
    await leader.start();

    // One that is stopped keeps its connections, and answers no more.
    const watched = members[doors.indexOf(used())] as Etcd;
    watched.pause(true);
    const running = members.find((member) => member !== watched) as Etcd;
    await untilDone(() => running.put(`${prefix}third`, '3'));
    await until(() => config.get('third', 0) === 3);
    watched.pause(false);
    await untilDone(() => running.put(`${prefix}fourth`, '4'));
    await until(() => config.get('fourth', 0) === 4);

    await leader.kill();
    states.length = 0;
    await other.kill();
    const begun = performance.now();
    // The one that is left has no leader, and so no say: that is an outage, and later stale.
    await until(() => states.length > 0, 'noticing');
    expect(performance.now() - begun).toBeLessThan(5_000);
    await until(() => states.at(-1) === 'stale', 'being stale');
    expect(config.get('fourth')).toBe(4);
    await Promise.all([leader.start(), other.start()]);
    await untilDone(() => writer.put(`${prefix}fifth`, '5'));
    await until(() => config.get('fifth', 0) === 5 && config.status.sources[0]?.state === 'live');
    await agrees(writer);
    await end();
  });
});

async function leaderOf(members: readonly Etcd[]): Promise<Etcd> {
  for (const member of members) {
    const [{ Status }] = JSON.parse(await member.control('endpoint', 'status', '-w', 'json')) as [
      { Status: { leader: number; header: { member_id: number } } },
    ];
    if (Status.leader === Status.header.member_id) return member;
  }
  throw new Error('there is no leader');
}
