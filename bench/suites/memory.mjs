// Memory of what is kept: by the registry's own count, and of the whole process.
import { registry, SuperConfig } from 'superconfig';
import { SMALL, small } from '../inputs.mjs';
import { cold } from '../measure.mjs';

export async function measure({ scratch }) {
  small(scratch);
  const before = registry.stats().memoryUsageBytes;
  const many = Array.from({ length: 1000 }, () => SuperConfig.builder({ cwd: scratch }).file('one.json').loadSync());
  const each = (registry.stats().memoryUsageBytes - before) / many.length;
  for (const one of many) one.close();
  const handles = Array.from({ length: 10_000 }, (_, at) => registry.insert(at));
  const smallHandle = (registry.stats().memoryUsageBytes - before) / handles.length;
  for (const handle of handles) handle.close();
  const contenders = ['superconfig', 'superconfig, `current` read', 'by hand', 'convict', 'nconf', 'node-config'];
  const programs = contenders.map((name) => [name, ['--expose-gc', '--max-semi-space-size=1', 'memory.mjs', name, scratch]]);
  return [
    {
      id: 'memory',
      title: 'Memory that the registry holds',
      unit: 'bytes',
      ours: ['a small configuration with its text', 'a small handle'],
      results: {
        'a small configuration with its text': each,
        'a small handle': smallHandle,
        'its JSON text': JSON.stringify(SMALL).length,
      },
    },
    {
      id: 'memory-loaded',
      title: 'Memory of the process for each configuration of two small files that it keeps',
      unit: 'bytes',
      ours: contenders.slice(0, 2),
      results: cold(Object.fromEntries(programs), 1, 0),
    },
  ];
}
