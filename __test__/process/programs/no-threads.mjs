// Watches where the system gives no more threads. The superuser has no such limit, so another user takes over.
import { execFileSync } from 'node:child_process';
import { SuperConfig } from 'superconfig';

const builder = () => SuperConfig.builder({ cwd: '/', env: {} }).text('a = 1', { format: 'toml' });
builder().loadSync().close();
if (process.getuid() === 0) process.setuid(65534);
execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=1:1']);
try {
  builder().watch().loadSync();
} catch (error) {
  const frame = error.stack.split('\n').find((line) => /^ +at /.test(line));
  console.log(JSON.stringify({ code: error.code, message: error.message, frame }));
}
