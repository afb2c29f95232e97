// Costs of parsing a long text to a JavaScript value: in a fresh process, which is what a service feels, and warm.
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load as jsYaml } from 'js-yaml';
import { parse as smolToml } from 'smol-toml';
import { parse } from 'superconfig';
import { parse as yaml } from 'yaml';
import { TEXTS } from '../inputs.mjs';
import { install } from '../install.mjs';
import { calls, cold, here } from '../measure.mjs';

const PEERS = {
  yaml: { 'js-yaml': jsYaml, yaml },
  toml: { 'smol-toml': smolToml },
  json: { 'JSON.parse': JSON.parse },
  megabyte: { 'JSON.parse': JSON.parse },
};

export async function measure({ scratch, quick }) {
  const rows = [];
  install(scratch, ['js-yaml', 'yaml', 'smol-toml']);
  // Beside what is installed, so that it takes that.
  const program = join(scratch, 'cold.mjs');
  copyFileSync(join(here, 'cold.mjs'), program);
  for (const [name, make] of Object.entries(TEXTS)) {
    const text = make();
    const format = name === 'megabyte' ? 'json' : name;
    const title = `${Math.round(text.length / 1000)} KB of ${format.toUpperCase()}`;
    for (const peer of Object.values(PEERS[name])) assert.equal(JSON.stringify(parse(text, format)), JSON.stringify(peer(text)));
    const path = join(scratch, `${name}.${format}`);
    writeFileSync(path, text);
    const contenders = ['superconfig', 'superconfig, the addon opened too', ...Object.keys(PEERS[name])];
    const programs = Object.fromEntries(contenders.map((contender) => [contender, [program, contender, path]]));
    rows.push({
      id: `cold-${name}`,
      title: `Parse ${title}, first call of a process`,
      unit: 'ns',
      ours: contenders.slice(0, 2),
      results: cold(programs, quick ? 3 : 5),
    });
    const tasks = { superconfig: () => parse(text, format) };
    for (const [peer, call] of Object.entries(PEERS[name])) tasks[peer] = () => call(text);
    rows.push({ id: `warm-${name}`, title: `Parse ${title}, warm`, unit: 'ns', ours: ['superconfig'], results: await calls(tasks, quick) });
  }
  return rows;
}
