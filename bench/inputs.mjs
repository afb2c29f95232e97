// The files that everything is measured with, made the same on every machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { stringify as toToml } from 'smol-toml';
import { stringify as toYaml } from 'yaml';

/** What a small service has. */
export const SMALL = {
  server: { host: '127.0.0.1', port: 8080, limits: { timeoutSeconds: 30, bodyBytes: 1_048_576 } },
  log: { level: 'info', json: true },
  features: ['search', 'export'],
};

/** What one place changes of it. */
export const LOCAL = { server: { port: 9000, limits: { timeoutSeconds: 60 } }, log: { level: 'debug' } };

/** What the environment changes of it. */
export const VARIABLES = { APP_SERVER__PORT: '9100', APP_LOG__LEVEL: 'warn' };

/** Gives this process an environment of so many variables: those above, two that every process has, and for the rest what Kubernetes sets. */
export function setEnvironment(size) {
  const given = { PATH: process.env.PATH, HOME: homedir(), ...VARIABLES };
  const endings = ['SERVICE_HOST', 'SERVICE_PORT', 'PORT', 'PORT_80_TCP', 'PORT_80_TCP_PROTO', 'PORT_80_TCP_PORT', 'PORT_80_TCP_ADDR'];
  for (const service of ['KUBERNETES', 'ACCOUNTS', 'BILLING', 'CART', 'MAIL', 'ORDERS', 'REDIS', 'SEARCH', 'TICKETS', 'USERS', 'WAREHOUSE']) {
    for (const ending of endings) if (Object.keys(given).length < size) given[`${service}_${ending}`] = '10.0.12.34';
  }
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(given, name)) delete process.env[name];
  Object.assign(process.env, given);
}

/** A service of a few hundred, with strings, numbers, flags and lists. */
export function service(at) {
  return {
    name: `service-${at}`,
    enabled: at % 3 !== 0,
    replicas: (at * 7) % 13,
    weight: ((at * 31) % 1000) / 8,
    hosts: [`10.0.${at % 256}.1`, `10.0.${at % 256}.2`],
    limits: { cpu: `${(at % 8) + 1}00m`, memory: `${(at % 16) + 1}Gi`, timeoutSeconds: 5 + (at % 60) },
    description: `The service number ${at}, which does what services do.`,
  };
}

/** A tree whose text is at least so long. */
function grown(bytes, write) {
  const services = {};
  let count = 0;
  let text = '';
  do {
    for (const end = Math.max(count + 1, Math.ceil(count * 1.02)); count < end; count++) services[`service${count}`] = service(count);
    text = write({ services });
  } while (text.length < bytes);
  return text;
}

const kilo = 1000;

/** Texts by name, each made when it is asked for: that takes a second or two. */
export const TEXTS = {
  yaml: () => grown(108 * kilo, (tree) => toYaml(tree)),
  toml: () => grown(106 * kilo, (tree) => toToml(tree)),
  json: () => grown(142 * kilo, (tree) => JSON.stringify(tree, null, 2)),
  megabyte: () => grown(kilo * kilo, (tree) => JSON.stringify(tree, null, 2)),
};

/** A JSON text with so many keys, a hundred in each table. */
export function withKeys(keys) {
  const tree = {};
  for (let at = 0; at < keys; at++) {
    const table = `table${Math.floor(at / 100)}`;
    tree[table] ??= {};
    tree[table][`key${at % 100}`] = at;
  }
  return JSON.stringify(tree);
}

/** Puts the small configuration into a directory, in the ways that its readers want it. */
export function small(directory) {
  mkdirSync(join(directory, 'config'), { recursive: true });
  writeFileSync(join(directory, 'config/default.json'), JSON.stringify(SMALL, null, 2));
  writeFileSync(join(directory, 'config/local.json'), JSON.stringify(LOCAL, null, 2));
  const both = merge(SMALL, LOCAL);
  mkdirSync(join(directory, 'one'), { recursive: true });
  for (const place of ['one.json', 'one/default.json']) writeFileSync(join(directory, place), JSON.stringify(both, null, 2));
  writeFileSync(join(directory, 'one.toml'), toToml(both));
  writeFileSync(join(directory, '.env'), 'APP_LOG__LEVEL=error\n');
}

/** The same, and what node-config wants to know of the environment. */
export function mapped(directory) {
  small(directory);
  const mapping = { server: { port: { __name: 'APP_SERVER__PORT', __format: 'number' } }, log: { level: 'APP_LOG__LEVEL' } };
  writeFileSync(join(directory, 'config/custom-environment-variables.json'), JSON.stringify(mapping, null, 2));
}

/** Merges as everybody does by hand. */
export function merge(low, high) {
  const merged = { ...low };
  for (const [key, value] of Object.entries(high)) {
    const below = merged[key];
    const isTable = (given) => typeof given === 'object' && given !== null && !Array.isArray(given);
    merged[key] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}

/** Picks the variables of a prefix out of the environment, as many do by hand: all of it is copied. */
export function pick(prefix, into) {
  for (const [name, text] of Object.entries({ ...process.env })) if (name.startsWith(prefix)) assign(into, name.slice(prefix.length), text);
  return into;
}

/** The same, but only the names of all variables are asked for, and the values of those that match. */
export function pickLean(prefix, into) {
  for (const name of Object.keys(process.env)) if (name.startsWith(prefix)) assign(into, name.slice(prefix.length), process.env[name]);
  return into;
}

function assign(into, name, text) {
  const path = name.toLowerCase().split('__');
  let at = into;
  for (const key of path.slice(0, -1)) at = at[key] ??= {};
  const last = path.at(-1);
  at[last] = typeof at[last] === 'number' ? Number(text) : text;
}
