// Runs the tests of live sources against real servers, which it installs where it may; its arguments are vitest's.
import { spawnSync } from 'node:child_process';
import { installServers } from './live-servers.mjs';
import { root } from './platforms/platforms.mjs';
import { tool } from './programs.mjs';

const lacks = installServers();
if (lacks !== undefined) process.stderr.write(`left out: what ${lacks}\n`);
const [command, args] = tool('vitest', ['run', '--config', 'vitest.live.config.ts', ...process.argv.slice(2)]);
const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
process.exitCode = lacks === undefined ? (status ?? 1) : 1;
