import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type StandardSchema, SuperConfig, type SuperConfigError } from '../../ts/index.ts';
import { caught, rejected } from '../support/errors.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/watched.ts';

const directory = temporaryDirectory();
const { write } = directory;

const builder = () => SuperConfig.builder({ cwd: directory.path, env: {} }).defaults({ a: 1 });

function schema(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } };
}

const throwing = (key: string) =>
  Object.defineProperty({}, key, {
    get() {
      throw new Error('mine');
    },
  });

describe('what a schema returns is checked before it is used', () => {
  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /the schema gives undefined in place of a result/],
    ['null', null, /the schema gives null in place of a result/],
    ['text', 'fine', /the schema gives a string in place of a result/],
    ['no output', {}, /the schema gives undefined, and a configuration is an object/],
    ['a list as output', { value: [] }, /the schema gives an array, and a configuration is an object/],
    ['a function in the output', { value: { a: { b: () => {} } } }, /a\.b: /],
    ['issues that are text', { issues: 'x' }, /the issues of the schema are an array, not a string/],
    ['no issues in a list', { issues: [] }, /the schema refuses the values and does not say why/],
    ['issues that are none', { issues: [null] }, /an issue of the schema is an object, not null/],
    ['issues with a hole', { issues: [undefined] }, /an issue of the schema is an object, not undefined/],
    ['an issue without a message', { issues: [{}] }, /undefined/],
    ['half of a surrogate pair', { issues: [{ message: 'x\ud800', path: ['\udc00', -1, Number.NaN] }] }, /x\ufffd/],
    ['a path that cannot be read', { issues: [{ message: 'x', path: throwing('length') }] }, /the schema failed: mine/],
    ['issues that cannot be read', throwing('issues'), /the schema failed: mine/],
    ['output that cannot be read', throwing('value'), /the schema failed: mine/],
  ])('%s', async (_, result, message) => {
    const error = caught(() =>
      builder()
        .schema(schema(() => result))
        .loadSync(),
    );
    expect(error.code).toBe('ERR_SUPERCONFIG_VALIDATION');
    expect(error.message).toMatch(message);
    const late = await rejected(
      builder()
        .schema(schema(async () => result))
        .load(),
    );
    expect([late.code, late.message]).toEqual([error.code, error.message]);
  });

  test('in the background too, where it is told, and tried again when something changes', async () => {
    write('app.json', '{"value": 0}');
    let checks = 0;
    let result: (value: unknown) => unknown = (value) => ({ value });
    const config = builder()
      .file('app.json')
      .schema(
        schema((value) => {
          checks += 1;
          return result(value);
        }),
      )
      .watch({ debounceMs: 5 })
      .loadSync();
    const errors: SuperConfigError[] = [];
    config.on('error', (error) => errors.push(error));
    await sleep(50);
    result = () => undefined;
    write('app.json', '{"value": 1}');
    await until(() => errors.length > 0);
    expect(errors.map(({ code }) => code)).toEqual(['ERR_SUPERCONFIG_VALIDATION']);
    expect(config.status.staleSince).toBeInstanceOf(Date);
    await sleep(100);
    const before = checks;
    await sleep(300);
    expect(checks, 'it is not tried again and again').toBe(before);
    result = (value) => ({ value });
    write('app.json', '{"value": 2}');
    await until(() => config.get('value') === 2);
    expect(config.status).not.toHaveProperty('staleSince');
    config.close();
  });
});

describe('a schema that does not settle', () => {
  const never = new Promise<never>(() => {});

  test('counts as failed after its time', async () => {
    const hanging = schema(() => never);
    const error = await rejected(builder().schema(hanging, { timeoutMs: 30 }).load());
    expect([error.code, error.message]).toEqual(['ERR_SUPERCONFIG_VALIDATION', expect.stringContaining('the schema failed: it has not answered within 30 ms')]);
    let hangs = false;
    const config = await builder()
      .schema(
        schema((value) => (hangs ? never : { value })),
        { timeoutMs: 30 },
      )
      .load();
    hangs = true;
    expect((await rejected(config.reload())).code).toBe('ERR_SUPERCONFIG_VALIDATION');
    expect(config.status.lastError?.message).toContain('within 30 ms');
    hangs = false;
    expect(await config.reload()).toEqual({ version: 1, changed: [] });
    expect(config.status).not.toHaveProperty('lastError');
    config.close();
    expect(caught(() => builder().schema(hanging, { timeoutMs: 0 })).code).toBe('ERR_SUPERCONFIG_OPTION');
  });
});
