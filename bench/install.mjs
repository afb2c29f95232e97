// Installs the package as it is published, and others beside it.
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as addon from '../scripts/addon.mjs';
import { publishedManifest } from '../scripts/platforms/platforms.mjs';
import { here } from './measure.mjs';

/** Puts the package and others into the `node_modules` of a directory. */
export function install(directory, others) {
  const root = join(here, '..');
  const facade = join(directory, 'node_modules/superconfig');
  cpSync(join(root, 'ts/dist'), join(facade, 'ts/dist'), { recursive: true });
  writeFileSync(join(facade, 'package.json'), `${JSON.stringify(publishedManifest([addon.platform]), null, 2)}\n`);
  cpSync(join(root, addon.folder), join(directory, 'node_modules', addon.packageName), { recursive: true });
  for (const name of others) {
    const place = join(directory, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
}
