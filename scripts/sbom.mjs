// The software bill of materials of a release, in CycloneDX 1.6: the packages of npm, the crates linked into their addons and
// wheels, and what the command line bundles.
// usage: node scripts/sbom.mjs [FILE]; writes target/packages/superconfig.cdx.json without a name, checked by the schema of the standard.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { names, PLATFORMS, packageName, root } from './platforms/platforms.mjs';
import { fromNpm } from './platforms/tools.mjs';
import { files } from './steps.mjs';
import { version } from './versions.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const npmUrl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const crateUrl = ({ name, version }) => `pkg:cargo/${name}@${version}`;

/** What cargo says of the crates that it takes for a target. */
function metadata(target) {
  const args = ['metadata', '--locked', '--format-version', '1', '--filter-platform', target];
  const { status, stdout, stderr } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`\`cargo ${args.join(' ')}\` failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** The crates that are linked into a library, with those that each needs; what runs only while it is compiled is not in it. */
export function linked(library, target) {
  const { packages, resolve: graph } = metadata(target);
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes('proc-macro'));
  const found = new Map();
  const visit = (id) => {
    if (found.has(id)) return;
    const needs = nodes.get(id).deps.filter(({ pkg, dep_kinds }) => dep_kinds.some(({ kind }) => kind === null) && !isMacro(pkg));
    found.set(id, { crate: byId.get(id), needs: needs.map(({ pkg }) => byId.get(pkg)) });
    for (const { pkg } of needs) visit(pkg);
  };
  visit(packages.find(({ name, source }) => name === library && source === null).id);
  return [...found.values()];
}

/** The checksums of crates, by name and version. */
function checksums() {
  const entries = read('Cargo.lock').matchAll(/^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"$/gm);
  return new Map([...entries].map(([, name, version, checksum]) => [`${name}@${version}`, checksum]));
}

/** The packages of others that the command line has in its bundle. */
function bundled() {
  const sources = files('ts/cli', /\.ts$/).map(read).join('\n');
  const found = new Set([...sources.matchAll(/from '([a-z@][^'.:]*)'/g)].map(([, name]) => name));
  const lock = JSON.parse(read('package-lock.json')).packages;
  return [...found].filter((name) => !/^superconfig(\/|$)/.test(name)).map((name) => ({ name, ...lock[`node_modules/${name}`] }));
}

/** An expression of SPDX; crates of old times separate their choices by a slash. */
const licence = (expression) => (expression ? { licenses: [{ expression: expression.replaceAll(/\s*\/\s*/g, ' OR ') }] } : {});

/** The bill of a release. The same sources give the same text. */
export function bill() {
  const own = JSON.parse(read('package.json'));
  const released = version();
  const sums = checksums();
  const components = new Map();
  const dependencies = new Map();
  const add = (component, needs) => {
    components.set(component['bom-ref'], component);
    dependencies.set(component['bom-ref'], [...new Set([...(dependencies.get(component['bom-ref']) ?? []), ...needs])]);
  };
  const library = (purl, name, version, more) => ({ type: 'library', 'bom-ref': purl, name, version, ...more, purl });
  const addCrates = (crates) => {
    for (const { crate, needs } of crates) {
      const checksum = sums.get(`${crate.name}@${crate.version}`);
      const hashes = checksum === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: checksum }] };
      add(library(crateUrl(crate), crate.name, crate.version, { ...hashes, ...licence(crate.license) }), needs.map(crateUrl));
    }
  };

  const others = bundled().map((one) => {
    const hashes = [{ alg: 'SHA-512', content: Buffer.from(one.integrity.replace('sha512-', ''), 'base64').toString('hex') }];
    add(library(npmUrl(one.name, one.version), one.name, one.version, { hashes, ...licence(one.license) }), []);
    return npmUrl(one.name, one.version);
  });
  for (const name of names) {
    const { target } = PLATFORMS[name];
    const addon = linked('superconfig-napi', target);
    addCrates(addon);
    addCrates(linked('superconfig-py', target));
    add(library(npmUrl(packageName(name), released), packageName(name), released, licence(own.license)), [crateUrl(addon[0].crate)]);
  }
  const wheel = `pkg:pypi/superconfig@${released}`;
  add(library(wheel, 'superconfig', released, licence(own.license)), [`pkg:cargo/superconfig-py@${released}`]);

  const main = npmUrl(own.name, released);
  const whole = library(main, own.name, released, { description: own.description, ...licence(own.license) });
  dependencies.set(main, [...others, ...names.map((name) => npmUrl(packageName(name), released))]);
  const compare = (one, other) => (one < other ? -1 : 1);
  const body = {
    metadata: { component: whole },
    components: [...components.values()].sort((one, other) => compare(one['bom-ref'], other['bom-ref'])),
    dependencies: [...dependencies].map(([ref, needs]) => ({ ref, dependsOn: needs.sort(compare) })).sort((one, other) => compare(one.ref, other.ref)),
  };
  // A name of its own for each content, and the same one for the same.
  const hex = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const serialNumber = `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1, ...body };
}

/** What the standard's schema has against a bill; references that lead nowhere are found too. */
export function problems(document) {
  const library = fromNpm('@cyclonedx/cyclonedx-library', '10.3.0');
  const schemas = join(library, 'res/schema');
  const require = createRequire(join(root, 'package.json'));
  const Ajv = require('ajv').default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  const schema = (name) => JSON.parse(readFileSync(join(schemas, name), 'utf8'));
  // Of the formats that it names, those that occur here.
  ajv.addFormat('iri-reference', /^\S*$/);
  for (const name of ['date-time', 'email', 'idn-email', 'uri', 'uuid']) ajv.addFormat(name, true);
  ajv.addSchema(schema('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(schema('jsf-0.82.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
  const found = validate(document) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
  const refs = new Set([document.metadata.component, ...document.components].map((component) => component['bom-ref']));
  const strange = document.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref));
  const unlicensed = document.components.filter((component) => component.licenses === undefined).map(({ purl }) => `${purl} has no licence`);
  return [...found, ...strange.map((ref) => `${ref} is no component`), ...unlicensed];
}

/** Writes the bill, once nothing is wrong with it; gives the number of its components. @throws `Error` with what is wrong. */
export function writeBill(file) {
  const document = bill();
  const wrong = problems(document);
  if (wrong.length > 0) throw new Error(`the bill of materials is wrong: ${wrong.slice(0, 10).join('; ')}`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  const count = (kind) => document.components.filter(({ purl }) => purl.startsWith(`pkg:${kind}/`)).length;
  return { all: document.components.length, cargo: count('cargo'), npm: count('npm'), pypi: count('pypi') };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = resolve(process.argv[2] ?? join(root, 'target/packages/superconfig.cdx.json'));
  const { all, cargo, npm, pypi } = writeBill(file);
  process.stdout.write(`${file}: ${all} components (${cargo} crates, ${npm} packages of npm, ${pypi} of PyPI)\n`);
}
