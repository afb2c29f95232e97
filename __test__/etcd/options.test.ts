import { expect, test } from 'vitest';
import { etcd } from '../../ts/etcd/index.ts';
import { SuperConfig } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';

test.each([undefined, null, 'https://a:2379', {}, 5, []])('endpoints that are none (%j) are refused with and without `tls`', (endpoints) => {
  for (const tls of [undefined, {}]) {
    const error = caught(() => etcd({ endpoints, prefix: '/', ...(tls && { tls }) } as never));
    expect(error.code).toBe('ERR_SUPERCONFIG_OPTION');
  }
});

test('a function for certificates that never answers holds up no load', async () => {
  const tls = () => new Promise<never>(() => {});
  const begun = performance.now();
  const error = await rejected(
    SuperConfig.builder()
      .source(etcd({ endpoints: ['https://127.0.0.1:1'], prefix: '/', tls, startMs: 300 }))
      .load(),
  );
  expect(performance.now() - begun).toBeLessThan(1_200);
  expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_SOURCE', message: expect.stringContaining('nothing could be read within 300 ms') });
});

test('a function for certificates that fails is told of by its name', async () => {
  const tls = async () => Promise.reject(new Error('no vault'));
  const error = await rejected(
    SuperConfig.builder()
      .source(etcd({ endpoints: ['https://127.0.0.1:1'], prefix: '/', tls, startMs: 300 }))
      .load(),
  );
  expect(error.message).toContain('`tls` failed: no vault');
});
