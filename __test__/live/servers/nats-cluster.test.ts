import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { expect, test } from 'vitest';
import { lasting } from '../../support/followed-etcd.ts';
import { followNats } from '../../support/followed-nats.ts';
import { NatsServer } from '../../support/nats.ts';
import { until } from '../../support/watched.ts';

/** The longest that a member without a leader is waited for at once; milliseconds. */
const timeout = 1_000;

/** The longest that members may be without a leader: of the bucket and of all, an election takes up to 9 s, and perhaps more than one round; milliseconds. */
const electionsMs = 60_000;

/** What comes of work in the end: members are without a leader for a while. */
async function inTheEnd<T>(work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + electionsMs; ; ) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(200);
    }
  }
}

test('three members: a leader that is killed and a member that stands still lose nothing; a minority is stale, serves the last good values, and heals alone', async () => {
  const members = (await NatsServer.cluster(3)) as [NatsServer, NatsServer, NatsServer];
  for (const member of members) await lasting(Promise.resolve(member));
  await inTheEnd(() => members[0].bucket('ready', { replicas: 3, timeout }));
  const { name, doors, config, followed, agrees, end } = await followNats(members, { bucket: { replicas: 3 }, staleAfterMs: 2_500, answerMs: 1_000 });
  const bucketBy = (member: NatsServer) => inTheEnd(async () => new Kvm(await member.connection()).open(name, { timeout }));
  const leader = () =>
    inTheEnd(async () => {
      for (const member of members) {
        const manager = await jetstreamManager(await member.connection(), { timeout }).catch(() => undefined);
        const info = await manager?.streams.info(`KV_${name}`).catch(() => undefined);
        const found = members.find((one) => one.name === info?.cluster?.leader);
        if (found !== undefined) return found;
      }
      throw new Error('there is no leader');
    });
  let written = 0;
  /** Writes by another member than one; nothing of it is missing. */
  const put = async (gone?: NatsServer): Promise<KV> => {
    const kv = await bucketBy(members.find((member) => member !== gone) as NatsServer);
    for (let n = 0; n < 20; n++) {
      written += 1;
      await inTheEnd(() => kv.put('app.value', String(written)));
    }
    await inTheEnd(() => kv.put(`app.until${written}`, 'x'));
    return kv;
  };
  const arrives = () => until(() => config.get('value', 0) === written && config.has(`until${written}`), 'what was put last', electionsMs);
  await put();
  await arrives();

  const first = await leader();
  await first.kill();
  await put(first);
  await arrives();
  await first.start();

  // The member that the client talks to stands still: its connection is open, and mute.
  const used = members[doors.findIndex((door) => door.open > 0)] as NatsServer;
  await leader();
  used.pause(true);
  await put(used);
  doors[members.indexOf(used)]?.cut();
  await arrives();
  used.pause(false);

  // Two of three stand still: the one that is left knows nothing for sure.
  await put();
  await arrives();
  await until(() => followed.status?.state === 'live', 'live', electionsMs);
  const begun = performance.now();
  const stopped = members.slice(1);
  followed.states.length = 0;
  for (const member of stopped) member.pause(true);
  for (const door of doors.slice(1)) door.cut();
  await until(() => followed.states.includes('stale'));
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(config.get('value')).toBe(written);
  for (const member of stopped) member.pause(false);
  await until(() => followed.status?.state === 'live', 'live', electionsMs);
  const kv = await put();
  await arrives();
  await inTheEnd(() => agrees(kv));
  await end(true);
});
