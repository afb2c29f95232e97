// One first call in a fresh process: `node cold.mjs TASK FILE` prints its nanoseconds. What is imported is not counted.
import { readFileSync } from 'node:fs';

const [task, path] = process.argv.slice(2);
const text = path === undefined ? '' : readFileSync(path, 'utf8');

async function superconfig() {
  const { parse } = await import('superconfig');
  const format = path.endsWith('.json') ? 'json' : path.endsWith('.toml') ? 'toml' : 'yaml';
  return [() => parse(text, format), () => parse('{}', 'json')];
}

const tasks = {
  async superconfig() {
    const [call, open] = await superconfig();
    // The addon is opened at the first use. That belongs to importing, which is not counted for others either.
    open();
    return call;
  },
  async 'superconfig, the addon opened too'() {
    return (await superconfig())[0];
  },
  async 'js-yaml'() {
    const { load } = await import('js-yaml');
    return () => load(text);
  },
  async yaml() {
    const { parse } = await import('yaml');
    return () => parse(text);
  },
  async 'smol-toml'() {
    const { parse } = await import('smol-toml');
    return () => parse(text);
  },
  async 'JSON.parse'() {
    return () => JSON.parse(text);
  },
};

const call = await tasks[task]();
const start = process.hrtime.bigint();
const result = call();
const took = process.hrtime.bigint() - start;
if (typeof result.services !== 'object') throw new Error('it was not read');
console.log(String(took));
