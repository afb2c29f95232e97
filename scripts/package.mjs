// Packs exactly what a user on this platform would install into target/packages/.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder as platform, requireRelease } from './addon.mjs';

requireRelease();

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const packages = join(root, 'target', 'packages');
const staging = join(root, 'target', 'staging');
for (const folder of [packages, staging]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

// The published manifest names the platform packages; the checkout's does not, since it builds its own.
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
delete manifest.devDependencies;
delete manifest.scripts;
manifest.optionalDependencies = { '@superconfig/linux-x64-gnu': manifest.version };
writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'LIMITATIONS.md']) cpSync(join(root, file), join(staging, file));
cpSync(join(root, 'ts/dist'), join(staging, 'ts/dist'), { recursive: true });

const pack = (folder) => execFileSync('npm', ['pack', '--pack-destination', packages], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
cpSync(join(root, 'LICENSE'), join(root, platform, 'LICENSE'));
for (const folder of [staging, join(root, platform)]) process.stdout.write(pack(folder));
rmSync(join(root, platform, 'LICENSE'));
