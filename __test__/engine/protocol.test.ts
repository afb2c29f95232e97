// The functions of the addon and their declarations: the same names on both sides, and no more of them than there are jobs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { native } from '../../ts/engine/addon.ts';

test('the addon exports what its protocol declares', () => {
  const protocol = readFileSync(join(import.meta.dirname, '../../ts/engine/protocol.ts'), 'utf8');
  const [, declared = ''] = /export interface Native \{\n(.*?)\n\}/s.exec(protocol) ?? [];
  const names = [...declared.matchAll(/^ {2}(\w+)\??\(/gm)].map(([, name]) => name as string);
  expect(Object.keys(native()).sort()).toEqual([...new Set(names)].sort());
  expect(names.length).toBeLessThanOrEqual(36);
});
