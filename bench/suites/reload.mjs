// The time from a write on disk to the `change` event.

import { percentile } from '../measure.mjs';
import { measureReloadLatency } from '../reload-latency.mjs';

export async function measure({ quick }) {
  const { debounceMs, main, worker } = await measureReloadLatency(quick ? 40 : 100);
  const nanoseconds = (samples, share) => percentile(samples, share) * 1e6;
  const results = {
    'main thread, p50': nanoseconds(main, 0.5),
    'main thread, p99': nanoseconds(main, 0.99),
    'worker, p50': nanoseconds(worker, 0.5),
    'worker, p99': nanoseconds(worker, 0.99),
    debounce: debounceMs * 1e6,
  };
  return [{ id: 'latency', title: 'From a write on disk to the `change` event', unit: 'ns', ours: Object.keys(results).slice(0, 4), results }];
}
