// Writes the reference of the TypeScript facade to target/docs/typescript/ and of the engine to target/docs/rust/. Fails for a
// broken link, and for what is public without a comment.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { register } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'target', 'docs');
process.chdir(root);
rmSync(output, { recursive: true, force: true });

// TypeDoc uses the compiler as a library, which TypeScript 7 cannot be.
const resolve = 'export const resolve = (name, context, next) => next(name === "typescript" ? "typescript-5" : name, context);';
register(`data:text/javascript,${encodeURIComponent(resolve)}`);
const { Application } = await import('typedoc');

async function typescript() {
  const kinds = ['Class', 'Interface', 'TypeAlias', 'Variable', 'Function', 'Method', 'Accessor', 'Property', 'EnumMember'];
  const app = await Application.bootstrap({
    name: 'SuperConfig',
    entryPoints: ['ts/index.ts'],
    tsconfig: 'tsconfig.types.json',
    out: join(output, 'typescript'),
    readme: 'README.md',
    excludeInternal: true,
    excludePrivate: true,
    // Parts of what is exported, which nobody names.
    intentionallyNotExported: ['ERROR_CODES', 'Scalar', 'IsAny', 'IsLoose', 'DottedPath', 'Unbracketed', 'AtDotted', 'AtSegments', 'StandardResult'],
    disableSources: true,
    requiredToBeDocumented: kinds,
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    treatWarningsAsErrors: true,
    treatValidationWarningsAsErrors: true,
  });
  const project = await app.convert();
  if (project === undefined) return false;
  // The builder's verbs are made of the helpers, whose documentation a compiler finds and TypeDoc does not.
  for (const verb of project.getChildByName('SuperConfigBuilder').children) {
    const helper = project.getChildByName(verb.name)?.signatures?.[0];
    if (!verb.signatures && helper) verb.comment ??= helper.comment.clone();
  }
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) return false;
  await app.generateOutputs(project);
  return !app.logger.hasErrors();
}

function rust() {
  const env = { ...process.env, RUSTDOCFLAGS: '-D warnings -D missing_docs' };
  const { status } = spawnSync('cargo', ['doc', '--locked', '--no-deps', '-p', 'superconfig'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) cpSync(join(root, 'target', 'doc'), join(output, 'rust'), { recursive: true });
  return status === 0;
}

const fine = [await typescript(), rust()];
if (fine.every(Boolean)) process.stdout.write('target/docs/typescript/index.html\ntarget/docs/rust/superconfig/index.html\n');
process.exit(fine.every(Boolean) ? 0 : 1);
