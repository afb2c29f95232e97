// The caller's numbers, into which the addon puts what an attachment reads.
import { expect, test } from 'vitest';
import { native } from '../../ts/engine/addon.ts';
import { SuperConfig } from '../../ts/index.ts';

test('numbers that are too few, of another kind or none at all are refused, and nothing is written', () => {
  const { token } = SuperConfig.builder().loadSync();
  const short = new Float64Array(2).fill(7);
  const detached = new Float64Array(3);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const given of [short, detached, new Float32Array(3), new BigUint64Array(3), new DataView(new ArrayBuffer(24)), [0, 0, 0], {}, null, undefined]) {
    expect(() => native().attach(token, given as never)).toThrow();
  }
  expect([...short]).toEqual([7, 7]);
  const part = new Float64Array(5).subarray(1, 4);
  const attachment = native().attach(token, part);
  native().close(attachment);
  expect([part[1], [...new Float64Array(part.buffer)].filter((number) => number === 0).length]).toEqual([1, 2]);
});

test('what a source does when its values are in use changes nothing of what is opened', () => {
  let value = 1;
  const accepted = () => void SuperConfig.builder().defaults({ other: 1 }).loadSync().get('other');
  const config = SuperConfig.builder()
    .source({ name: 'values', load: () => ({ value }), accepted })
    .loadSync();
  expect([config.get('value'), config.version]).toEqual([1, 1]);
  value = 2;
  config.reloadSync();
  expect([config.get('value'), config.current.value, config.version]).toEqual([2, 2, 2]);
});
