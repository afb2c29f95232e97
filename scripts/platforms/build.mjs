// Builds the addon of any platform on this machine, once for the same sources, and with it the extension module of Python.
// usage: node scripts/platforms/build.mjs NAME…
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flags } from '../addon.mjs';
import { auditable, requireAuditable } from '../auditable.mjs';
import { files, rustSources, step } from '../steps.mjs';
import { problems } from './inspect.mjs';
import { addonFile, library, names, PLATFORMS, root } from './platforms.mjs';
import { debian, once, run, rust, zig } from './tools.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(root, 'target/platforms/build');

/** How each system's libraries are linked: the command of cargo, flags of the compiler, variables of the environment, and what strips them. */
const LINKING = {
  gnu: ({ target, oldest }) => ({ command: 'zigbuild', triple: `${target}.${oldest.glibc}`, env: zig() }),
  // musl's own default is a program of one piece, which loads nothing.
  musl: () => ({ command: 'zigbuild', flags: ['-C', 'target-feature=-crt-static'], env: zig() }),
  darwin: ({ oldest }) => ({
    command: 'zigbuild',
    // Told to strip, the compiler calls a program of Apple's, and zig leaves the names of what is used inside. This one signs anew.
    strip: () => {
      debian('llvm');
      return ['llvm-strip', '--discard-all'];
    },
    // The linker is told in vain which names to export: what is hidden from the start is not exported. The compiler takes that option
    // only where it is told that it may.
    flags: ['-C', 'link-arg=-Wl,-s', '-Zdefault-visibility=hidden'],
    env: {
      RUSTC_BOOTSTRAP: '1',
      ...zig(),
      // The names of what the addon takes of the system: Apple's own files may not be passed on.
      SDKROOT: join(here, 'macos'),
      MACOSX_DEPLOYMENT_TARGET: oldest.macos,
      CARGO_PROFILE_RELEASE_STRIP: 'none',
    },
  }),
  msvc: () => {
    debian('gcc-mingw-w64-x86-64');
    return { command: 'build', env: { LIBNODE_PATH: libnode() } };
  },
};

/** A library for the linker alone: the addon finds Node's functions in the program that loads it. */
function libnode() {
  return once('libnode', '1', (folder) => {
    writeFileSync(join(folder, 'libnode.dll'), '');
    run('x86_64-w64-mingw32-ar', ['crs', join(folder, 'libnode.a')]);
  });
}

/** The settings of the release that the environment changes, to try something out. */
const profile = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('CARGO_PROFILE_RELEASE_')));

/** The libraries of a platform: of Node's addon and of Python's extension module, as cargo names them. */
const LIBRARIES = { addon: 'superconfig-napi', extension: '_superconfig' };

/** What `compile` depends on beside the sources of the engine. */
export const recipe = () => files('scripts/platforms', /^(build|platforms|tools)\.mjs$|\.tbd$/);

/**
 * Compiles the libraries of a platform; what is compiled already is not compiled again.
 *
 * Both in one call, as cargo decides by the crates that are named how it compiles what they share. Gives their files by the names `addon`
 * and `extension`. @throws `Error` where it fails.
 */
export function compile(name) {
  const platform = PLATFORMS[name];
  const link = LINKING[name.split('-')[2] ?? 'darwin'](platform);
  const compiler = rust();
  const crates = ['-p', 'superconfig-napi', '-p', 'superconfig-py'];
  const args = [link.command, '--release', ...crates, ...compiler.args, '--target-dir', target, '--target', link.triple ?? platform.target];
  // With the list of crates in what it links.
  requireAuditable();
  const cargo = auditable(compiler.env.CARGO);
  // A cache of another compiler's results is of no use here. One library is for every Python, and none has to be here to link it.
  const env = { ...compiler.env, ...cargo, ...link.env, ...flags(link.flags), ...profile(), RUSTC_WRAPPER: '', PYO3_NO_PYTHON: '1' };
  run(...(link.command === 'build' ? [cargo.CARGO ?? compiler.env.CARGO ?? 'cargo', args] : ['cargo-zigbuild', args]), { env, quiet: false });
  const built = Object.entries(LIBRARIES).map(([kind, crate]) => [kind, join(target, platform.target, 'release', library(platform.target, crate))]);
  if (link.strip !== undefined) {
    const [strip, ...args] = link.strip();
    run(strip, [...args, ...built.map(([, file]) => file)]);
  }
  return Object.fromEntries(built);
}

/** The file of the addon of a platform, built where it is not. @throws `Error` where it fails, or the addon is not as it has to be. */
export function buildAddon(name) {
  const built = join(root, 'target/platforms/addons', addonFile(name));
  step(`addon-${name}`, [...rustSources(), ...recipe()], relative(root, built), JSON.stringify(profile())).do(() => {
    process.stderr.write(`superconfig: building the addon for ${name}\n`);
    const started = performance.now();
    const { addon } = compile(name);
    mkdirSync(dirname(built), { recursive: true });
    copyFileSync(addon, built);
    const found = problems(name, built);
    if (found.length > 0) throw new Error(`the addon for ${name} ${found.join('; it ')}`);
    process.stderr.write(`superconfig: built ${relative(root, built)} in ${Math.round((performance.now() - started) / 1000)} s\n`);
  });
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of process.argv.length > 2 ? process.argv.slice(2) : names) process.stdout.write(`${relative(root, buildAddon(name))}\n`);
}
