// A variable that is not UTF-8 is skipped with a warning on every thread and beside every source; one whose bytes say U+FFFD is not.
// The shell that starts it gives it BYTES_BAD and BYTES_GOOD.
import assert from 'node:assert/strict';
import { isMainThread, SHARE_ENV, Worker } from 'node:worker_threads';
import { SuperConfig } from 'superconfig';

const seen = { name: 'seen', load: ({ env }) => ({ seen: Object.keys(env).filter((name) => name.startsWith('BYTES')) }) };
for (const custom of [false, true]) {
  const builder = SuperConfig.builder().env('BYTES');
  const config = (custom ? builder.source(seen) : builder).loadSync();
  const check = () => {
    assert.deepEqual(config.current, { good: 'a\ufffdb', ...(custom && { seen: ['BYTES_GOOD'] }) });
    assert.deepEqual(
      config.warnings.map(({ code, message }) => [code, message]),
      [['invalid-encoding', 'the variable BYTES_BAD is not valid UTF-8 and is skipped']],
    );
  };
  check();
  config.reloadSync();
  check();
  await config.reload();
  check();
  config.close();
}
if (isMainThread) {
  for (const options of [{}, { env: SHARE_ENV }, { env: { ...process.env } }]) {
    const worker = new Worker(new URL(import.meta.url), options);
    await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  }
}
