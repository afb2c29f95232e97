// Runs command lines one after the other in one process, which costs a tenth of a process for each: the program is evaluated anew for
// every line, with its own arguments, environment, directory and streams; what it is made of, and the addon, are loaded once.
import { register } from 'node:module';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const bin = pathToFileURL(process.argv[2]).href;
/** What stays from one line to the next; the drop-in of node-config reads its tree when it is imported. */
const kept = [pathToFileURL(join(root, 'node_modules/')).href, pathToFileURL(join(root, 'ts/dist/')).href];
const line = new Int32Array(new SharedArrayBuffer(4));
register('./fresh-modules.mjs', { parentURL: import.meta.url, data: { line, kept, fresh: [`${kept[1]}node-config/`] } });

const { exit } = process;
let written;
for (const name of ['stdout', 'stderr']) {
  const stream = new Writable({
    decodeStrings: true,
    write(chunk, _, done) {
      written[name].push(chunk);
      done();
    },
  });
  Object.defineProperty(process, name, { value: stream, configurable: true });
}

async function run({ args, cwd, env }) {
  line[0] += 1;
  written = { stdout: [], stderr: [] };
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.execPath, process.argv[1], ...args];
  process.exitCode = undefined;
  process.chdir(cwd);
  const code = await new Promise((resolve, reject) => {
    process.exit = resolve;
    import(`${bin}?line=${line[0]}`).catch(reject);
  });
  // Windows removes no directory that a process is in.
  process.chdir(root);
  for (const name of ['stdout', 'stderr']) process[name].removeAllListeners('error');
  const [stdout, stderr] = ['stdout', 'stderr'].map((name) => Buffer.concat(written[name]).toString());
  return { code, signal: null, stdout, stderr };
}

let last = Promise.resolve();
process.on('message', ({ id, ...request }) => {
  last = last.then(() => run(request)).then((outcome) => process.send({ id, outcome }));
});
process.on('disconnect', () => exit(0));
