// The package where no addon can be loaded: the same names, and one sentence at the line that uses one of them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as real from '../../ts/index.ts';
import * as stub from '../../ts/unavailable.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const project = temporaryDirectory();

test('it has the same exports', () => {
  expect(Object.keys(stub).sort()).toEqual(Object.keys(real).sort());
});

test('each fails where it is called, constructed or read from', () => {
  const { SuperConfig, file, registry } = stub as unknown as typeof real;
  const uses = {
    SuperConfig: [() => SuperConfig.builder(), () => Reflect.construct(SuperConfig as never, [])],
    file: [() => file('app.toml')],
    registry: [() => registry.insert(1)],
  };
  for (const [name, all] of Object.entries(uses)) {
    for (const use of all) {
      expect(use).toThrow(
        expect.objectContaining({ code: 'ERR_SUPERCONFIG_LOAD_NATIVE', message: expect.stringContaining(`\`${name}\` was used in code for a browser`) }),
      );
    }
  }
});

test('importing, printing and awaiting it is harmless, and errors are what they are', async () => {
  expect(await stub.SuperConfig).toBe(stub.SuperConfig);
  expect(String((stub.file as { name: string }).name)).toBe('unavailable');
  expect(stub.isSuperConfigError(new stub.SuperConfigError('ERR_SUPERCONFIG_OPTION', 'mine'))).toBe(true);
});

test.each(['browser', 'edge-light', 'worker'])('the condition `%s` leads to it, from both module systems', (condition) => {
  mkdirSync(project.at('node_modules'));
  symlinkSync(root, project.at('node_modules/superconfig'), 'junction');
  const body =
    "try {\n  parse('a: 1', 'yaml');\n} catch ({ code, stack }) {\n  console.log(code, stack.split('\\n').find((line) => /^ +at /.test(line)).trim());\n}";
  project.write('main.mjs', `import { parse } from 'superconfig';\n${body}`);
  project.write('main.cjs', `const { parse } = require('superconfig');\n${body}`);
  for (const program of ['main.mjs', 'main.cjs']) {
    const { stdout } = spawnSync(process.execPath, ['--conditions', condition, project.at(program)], { encoding: 'utf8' });
    expect([program, stdout]).toEqual([program, expect.stringMatching(new RegExp(`^ERR_SUPERCONFIG_LOAD_NATIVE at .*${program}:3:`))]);
  }
});
