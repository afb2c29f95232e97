// `superconfig doctor`: what it examines, and that nothing stays behind.
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inOwnProcess } from '../support/cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';

interface Report {
  findings: { subject: string; status: string; message: string; hint?: string }[];
  report: string[];
}

const { cli, cliJson } = inOwnProcess;
const directory = temporaryDirectory();
const project = (env: Record<string, string> = {}) => ({ cwd: directory.path, env });
const write = () => {
  directory.write('package.json', '{}');
  directory.write('superconfig.config.mjs', "export default { sources: [{ kind: 'dir', path: 'config' }], watch: true };");
  directory.write('config/default.toml', 'port = 1\n[db]\npassword = "Planted-Secret-1"\n');
  chmodSync(join(directory.path, 'config/default.toml'), 0o640);
};
const of = ({ findings }: Report, subject: string) => findings.filter((finding) => finding.subject === subject);

test('finds nothing wrong where nothing is, tests every directory, and leaves nothing there', async () => {
  write();
  const before = readdirSync(directory.path, { recursive: true });
  const { code, document } = await cliJson<Report>(['doctor'], project());
  expect(document.findings.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(code).toBe(0);
  expect(of(document, 'runtime')[0]?.message).toContain(process.versions.node);
  expect(of(document, 'addon')[0]?.message).toMatch(/^superconfig \d+\.\d+\.\d+, superconfig\..+\.node$/);
  expect(of(document, 'watching config')[0]?.message).toMatch(/^write \d+ ms, rename \d+ ms, link swap \d+ ms$/);
  if (process.platform === 'linux') expect(of(document, 'inotify')[0]?.message).toMatch(/^\d+ of \d+ instances, \d+ of \d+ watches of this user$/);
  expect(readdirSync(directory.path, { recursive: true })).toEqual(before);
});

test('tells of copies of the package, once each', async () => {
  write();
  for (const [path, version] of [
    ['node_modules/superconfig', '1.0.0'],
    ['node_modules/other/node_modules/superconfig', '2.0.0'],
    ['node_modules/@scope/another/node_modules/superconfig', '3.0.0'],
  ]) {
    directory.write(`${path}/package.json`, JSON.stringify({ name: 'superconfig', version }));
  }
  mkdirSync(join(directory.path, 'node_modules/linked/node_modules'), { recursive: true });
  symlinkSync(join(directory.path, 'node_modules/superconfig'), join(directory.path, 'node_modules/linked/node_modules/superconfig'), 'junction');
  const { code, document } = await cliJson<Report>(['doctor'], project());
  expect(code).toBe(1);
  const [copies, own] = of(document, 'copies');
  expect(copies).toMatchObject({
    status: 'problem',
    message: expect.stringMatching(/^the package is there 3 times: .*@scope\S* \(3\.0\.0\), \S+ \(2\.0\.0\), \S+ \(1\.0\.0\)$/),
  });
  expect(own).toMatchObject({ status: 'note', message: expect.stringContaining('programs here load') });
});

test('tells of files that others may write or read, of what cannot be loaded, and of watching that is off', async () => {
  write();
  chmodSync(join(directory.path, 'config/default.toml'), 0o644);
  directory.write('superconfig.config.mjs', "export default { sources: [{ kind: 'dir', path: 'config' }] };");
  const { code, document } = await cliJson<Report>(['doctor'], project());
  expect(code).toBe(0);
  expect(document.findings.filter(({ status }) => status === 'note').map(({ subject }) => subject)).toEqual(['permissions of config/default.toml', 'watching']);
  directory.write('config/default.toml', 'port = "Planted-Secret-1" oops\n');
  const broken = await cliJson<Report>(['doctor'], project());
  expect(broken.code).toBe(1);
  expect(of(broken.document, 'configuration')[0]).toMatchObject({ status: 'problem', message: expect.stringContaining('config/default.toml:1:') });
});

test('ends with a block for a report without values and without names of places', async () => {
  write();
  const { code, stdout, stderr } = await cli(['doctor'], project({ HOME: join(directory.path, '..') }));
  expect([code, stderr]).toEqual([0, 'loaded superconfig.config.mjs\n']);
  const [, block = ''] = /```\n(.*)\n```\n$/s.exec(stdout) ?? [];
  expect(block.split('\n').length).toBeGreaterThan(5);
  expect(block).not.toContain(directory.path);
  expect(stdout).not.toContain('Planted');
});

test('works where there is nothing to load', async () => {
  directory.write('package.json', '{}');
  const { code, document } = await cliJson<Report>(['doctor'], project());
  expect(code).toBe(0);
  expect(of(document, 'configuration')[0]).toMatchObject({ status: 'note', message: expect.stringContaining('there is nothing to load') });
});

test('says that the addon is missing', async () => {
  write();
  const { code, document } = await cliJson<Report>(['doctor'], project({ SUPERCONFIG_ADDON: join(directory.path, 'none.node') }));
  expect(code).toBe(1);
  expect(of(document, 'addon')[0]).toMatchObject({ status: 'problem', message: expect.stringContaining('none.node') });
});
