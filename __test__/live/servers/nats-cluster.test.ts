import { jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilDone } from '../../support/followed-etcd.ts';
import { followNats } from '../../support/followed-nats.ts';
import { NatsServer } from '../../support/nats.ts';
import { until, untilAsync } from '../../support/watched.ts';

let members: [NatsServer, NatsServer, NatsServer];
beforeAll(async () => {
  members = (await NatsServer.cluster(3)) as typeof members;
  // The three have to find each other and choose a leader.
  await untilDone(() => members[0].bucket('ready', { replicas: 3 }));
});
afterAll(() => Promise.all(members.map((member) => member.stop())));

/** The member that leads a bucket. */
async function leaderOf(bucket: string): Promise<NatsServer> {
  let leader: NatsServer | undefined;
  await untilAsync(async () => {
    for (const member of members) {
      const info = await jetstreamManager(await member.connection(), { timeout: 500 })
        .then((manager) => manager.streams.info(`KV_${bucket}`))
        .catch(() => undefined);
      leader ??= members.find(({ name }) => name === info?.cluster?.leader);
    }
    return leader !== undefined;
  }, 'a leader');
  return leader as NatsServer;
}

/** A bucket by a member, once there is a leader for it. */
async function bucketBy(member: NatsServer, name: string): Promise<KV> {
  let kv: KV | undefined;
  await untilDone(async () => {
    kv = await new Kvm(await member.connection()).open(name, { timeout: 1_000 });
  });
  return kv as KV;
}

/** Those that stay. */
const others = (gone: NatsServer) => members.filter((member) => member !== gone) as [NatsServer, NatsServer];

test('three members: a leader that is killed and a member that stands still lose nothing; a minority is stale, serves the last good values, and heals alone', async () => {
  const { name, doors, config, followed, agrees, end } = await followNats(members, { bucket: { replicas: 3 }, staleAfterMs: 2_500, answerMs: 1_000 });
  let written = 0;
  const put = async (by: NatsServer, count = 20) => {
    const kv = await bucketBy(by, name);
    for (let n = 0; n < count; n++) {
      written += 1;
      await untilDone(() => kv.put('app.value', String(written)));
    }
    return kv;
  };
  await put(members[0]);
  await until(() => config.get('value', 0) === written);

  const leader = await leaderOf(name);
  await leader.kill();
  await agrees(await put(others(leader)[0]));
  await leader.start();

  // The member that the client talks to stands still: its connection is open, and mute.
  const used = members[doors.findIndex((door) => door.open > 0)] as NatsServer;
  await untilAsync(async () => (await leaderOf(name)) !== undefined, 'a leader');
  used.pause(true);
  const kv = await put(others(used)[0]);
  doors[members.indexOf(used)]?.cut();
  await agrees(kv);
  used.pause(false);

  // Two of three stand still: the one that is left knows nothing for sure.
  const [left, ...stopped] = members;
  await put(left, 1);
  await agrees(await bucketBy(left, name));
  await until(() => followed.status?.state === 'live');
  followed.states.length = 0;
  const begun = performance.now();
  for (const member of stopped) member.pause(true);
  for (const door of doors.slice(1)) door.cut();
  await until(() => followed.states.includes('stale'));
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(config.get('value')).toBe(written);
  for (const member of stopped) member.pause(false);
  await until(() => followed.status?.state === 'live');
  await agrees(await put(left));
  await end(true);
});
