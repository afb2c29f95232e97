// Memory of what is kept: by the registry's own count, and of the whole process.
import { join } from 'node:path';
import { registry, SuperConfig } from 'superconfig';
import { SMALL, small } from '../inputs.mjs';
import { cold } from '../measure.mjs';

export async function measure({ scratch }) {
  small(scratch);
  const before = registry.stats().memoryUsageBytes;
  const places = Array.from({ length: 1000 }, (_, at) => join(scratch, 'own', String(at)));
  for (const place of places) small(place);
  /** What each of a thousand configurations takes, of one file in each of these directories. */
  const each = (directories) => {
    const many = directories.map((cwd) => SuperConfig.builder({ cwd }).file('one.json').loadSync());
    const taken = (registry.stats().memoryUsageBytes - before) / many.length;
    for (const one of many) one.close();
    return taken;
  };
  const [own, same] = [each(places), each(places.map(() => scratch))];
  const handles = Array.from({ length: 10_000 }, (_, at) => registry.insert(at));
  const smallHandle = (registry.stats().memoryUsageBytes - before) / handles.length;
  for (const handle of handles) handle.close();
  const contenders = ['superconfig', 'superconfig, `current` read', 'superconfig, files of its own', 'by hand', 'convict', 'nconf', 'node-config'];
  const programs = contenders.map((name) => [name, ['--expose-gc', '--max-semi-space-size=1', 'memory.mjs', name, scratch]]);
  return [
    {
      id: 'memory',
      title: 'Memory that the registry holds',
      unit: 'bytes',
      ours: ['a small configuration with its text', 'another one of the same file', 'a small handle'],
      results: {
        'a small configuration with its text': own,
        'another one of the same file': same,
        'a small handle': smallHandle,
        'its JSON text': JSON.stringify(SMALL).length,
      },
    },
    {
      id: 'memory-loaded',
      title: 'Memory of the process for each configuration of two small files that it keeps',
      unit: 'bytes',
      ours: contenders.slice(0, 3),
      results: cold(Object.fromEntries(programs), 1, 0),
    },
  ];
}
