// Names of configurations: who has one, and how another takes it over.
import { expect, test } from 'vitest';
import { loadConfigSync, registry, SuperConfig } from '../../ts/index.ts';
import { caught } from '../support/errors.ts';

test('a name that is taken says which configuration has it, and can be taken over', () => {
  const load = (replace?: boolean) =>
    SuperConfig.builder()
      .text('{"a":1}', { name: 'inline text' })
      .name('named', replace === undefined ? {} : { replace })
      .loadSync();
  const first = load();
  const error = caught(() => load(false));
  expect(error).toMatchObject({ code: 'ERR_SUPERCONFIG_OPTION', hint: expect.stringMatching(/close that one first.*`replace`/) });
  expect(error.message).toContain(first.token);
  expect(error.message).toContain('inline text');
  const second = load(true);
  expect(SuperConfig.attach('named').token).toBe(second.token);
  expect(first.get('a')).toBe(1);
  // The one that has lost it does not free it.
  first.close();
  expect(SuperConfig.attach('named').token).toBe(second.token);
  const third = loadConfigSync({ sources: [], name: ['named', { replace: true }] });
  third.close();
  second.close();
  const free = load();
  expect(SuperConfig.attach('named').token).toBe(free.token);
  free.close();
});

test('a name of something else is not taken over', () => {
  const entry = registry.insert(1, { name: 'entry' });
  expect(caught(() => SuperConfig.builder().name('entry', { replace: true }).loadSync()).message).toContain('no configuration');
  registry.remove(entry);
});
