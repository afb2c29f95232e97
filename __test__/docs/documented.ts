// Finds the documentation comments of everything that the package exports, and makes programs of their examples.
import { join } from 'node:path';
import ts from 'typescript-5';

const root = join(import.meta.dirname, '../..');

/** Something public, with what its comment says. */
export interface Documented {
  /** E.g. `SuperConfig.get`. */
  name: string;
  summary: string;
  /** The code of its examples. */
  examples: string[];
  /** Whether it must have one: properties speak for themselves. */
  isShown: boolean;
}

/** The parts that programs import by paths of their own. */
const SUBPATHS = ['node-config', 'testing', 'adapters/nestjs', 'adapters/fastify', 'live', 'etcd', 'nats', 'redis'];

/** What is public, members included, in the order in which it is exported. */
export interface DocumentedPackage {
  /** Of the package's main entry. */
  index: Documented[];
  /** Of its subpaths. */
  beside: Documented[];
}

/** Everything public. All entries are one program, so that what they share is read and checked once. */
export function documented(): DocumentedPackage {
  const entry = join(root, 'ts/index.ts');
  const subpaths = SUBPATHS.map((folder) => join(root, `ts/${folder}/index.ts`));
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, allowImportingTsExtensions: true, noEmit: true };
  const program = ts.createProgram([entry, ...subpaths], options);
  return { index: documentedIn(program, entry), beside: subpaths.flatMap((path) => documentedIn(program, path)) };
}

function documentedIn(program: ts.Program, path: string): Documented[] {
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile) as ts.Symbol;
  const found: Documented[] = [];

  const add = (name: string, symbol: ts.Symbol, isShown: boolean) => {
    const tags = symbol.getJsDocTags(checker);
    if (tags.some((tag) => tag.name === 'internal' || tag.name === 'hidden')) return;
    const texts = tags.filter((tag) => tag.name === 'example').map((tag) => ts.displayPartsToString(tag.text));
    const examples = texts.map((text) => text.match(/```ts\n(.*?)\n?```/s)?.[1] ?? '');
    found.push({ name, summary: ts.displayPartsToString(symbol.getDocumentationComment(checker)), examples, isShown });
  };

  for (const exported of checker.getExportsOfModule(index)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    add(exported.name, symbol, true);
    const members = new Set<ts.Symbol>();
    const isType = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface);
    const type = isType ? checker.getDeclaredTypeOfSymbol(symbol) : symbol.valueDeclaration && checker.getTypeOfSymbol(symbol);
    for (const member of type?.getProperties() ?? []) members.add(member);
    // What is static.
    for (const member of symbol.exports?.values() ?? []) members.add(member);
    for (const member of members) {
      const [declaration] = member.declarations ?? [];
      const isOwn = declaration?.getSourceFile().fileName.startsWith(join(root, 'ts')) && !ts.isPropertySignature(declaration);
      const isPrivate =
        declaration !== undefined && ts.isClassElement(declaration) && declaration.name !== undefined && ts.isPrivateIdentifier(declaration.name);
      if (declaration === undefined || !isOwn || isPrivate || member.name === 'prototype') continue;
      const [, wellKnown] = member.name.match(/^__@(\w+)@/) ?? [];
      const isShown = !ts.isPropertyDeclaration(declaration) && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Variable);
      add(`${exported.name}.${wellKnown === undefined ? member.name : `[Symbol.${wellKnown}]`}`, member, Boolean(isShown));
    }
  }
  return found;
}

/** What the examples take for granted, where they do not have it themselves. */
const AMBIENT: Record<string, string> = {
  config: `interface AppConfig {
  server: { host: string; port: number };
  db: { url: string; password: string; pool: { min: number; max: number } };
  log: { level: string };
  plugins: string[];
}
const config = SuperConfig.builder<AppConfig>().dir('config').loadSync();`,
  signal: 'const signal = AbortSignal.timeout(150);',
  reconnect: 'function reconnect(db: unknown): void { if (db === undefined) throw new Error("nothing to connect to"); }',
  setLevel: 'function setLevel(level: string): void { if (level === undefined) throw new Error("no level"); }',
  z: "import { z } from 'zod';",
  writeFileSync: "import { writeFileSync } from 'node:fs';",
  Worker: "import { Worker } from 'node:worker_threads';",
};

/** What changes while an example waits for it. */
const CHANGES = `setTimeout(() => {
  fs.writeFileSync('config/default.toml', fs.readFileSync('config/default.toml', 'utf8').replace('max = 10', 'max = 20').replace('"info"', '"debug"'));
  config.reloadSync();
}, 20);
import fs from 'node:fs';`;

/**
 * A program of an example: what it says of a value, as in `config.get('port'); // 8080`, is compared, and `// throws CODE` too.
 * Gives how many such checks it has.
 */
export function toProgram(example: string, exported: readonly string[]): { code: string; checks: number } {
  const before: string[] = [];
  const declares = (name: string) => new RegExp(`\\b(const|let|function|using|import( type)?( \\{[^}]*)?)\\s*\\b${name}\\b`).test(example);
  // Names of files in it are no names of the program.
  const names = example.replace(/'[^'\n]*'|^\s*\/\/.*$/gm, '');
  for (const [name, code] of Object.entries(AMBIENT)) {
    if (new RegExp(`\\b${name}\\b`).test(names) && !declares(name)) before.push(code);
  }
  if (/\bsignal\b/.test(example) && before.some((code) => code.includes('const config'))) before.push(CHANGES);
  if (!/from 'superconfig'/.test(example)) before.push(`import { ${exported.join(', ')} } from 'superconfig';`);
  const { code, checks } = checked(example);
  return { code: `import { check, throws } from './checks.ts';\n${before.join('\n')}\n${code}\nexport {};\n`, checks };
}

function checked(example: string): { code: string; checks: number } {
  const source = ts.createSourceFile('example.ts', example, ts.ScriptTarget.ES2022, true);
  const edits: [from: number, to: number, text: string][] = [];
  const visit = (node: ts.Node): void => {
    const said = comment(node, example);
    if (said !== undefined && ts.isExpressionStatement(node)) {
      const text = node.expression.getText();
      const [, code] = said.match(/^throws (ERR_SUPERCONFIG_\w+)/) ?? [];
      const call = told(node.expression);
      if (code !== undefined) edits.push([node.getStart(), node.end, `throws(() => ${text}, '${code}');`]);
      else if (call !== undefined) {
        const values = literal(`[${said}]`);
        if (values !== undefined) edits.push([call.getStart(), call.end, `check([${call.arguments.map((one) => one.getText()).join(', ')}], ${values})`]);
      } else {
        const value = literal(said);
        if (value !== undefined) edits.push([node.getStart(), node.end, `check(${text}, ${value});`]);
      }
    } else if (said !== undefined && ts.isVariableStatement(node)) {
      const value = literal(said);
      const [declared] = node.declarationList.declarations;
      if (value !== undefined && declared !== undefined) edits.push([node.end, node.end, ` check(${declared.name.getText()}, ${value});`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let code = example;
  for (const [from, to, text] of edits.sort(([a], [b]) => b - a)) code = code.slice(0, from) + text + code.slice(to);
  return { code, checks: edits.length };
}

/** A call of `console.log`, be it that of a listener. */
function told(node: ts.Expression): ts.CallExpression | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  if (node.expression.getText() === 'console.log') return node;
  const last = node.arguments.at(-1);
  return last !== undefined && ts.isArrowFunction(last) && !ts.isBlock(last.body) ? told(last.body) : undefined;
}

/** The comment that follows a node on its line. */
function comment(node: ts.Node, text: string): string | undefined {
  const [range] = ts.getTrailingCommentRanges(text, node.end) ?? [];
  return (
    range &&
    text
      .slice(range.pos + 2, range.end)
      .replace(/^\s*(→|=>)?\s*/, '')
      .trim()
  );
}

/** The longest beginning of a comment that is a literal; `…` in it stands for more of the same. */
function literal(said: string): string | undefined {
  const ends = [said.length, ...Array.from(said.matchAll(/[,;:]/g), ({ index }) => index).reverse()];
  for (const end of ends) {
    const part = said.slice(0, end);
    const text = part.replace(/,?\s*…/g, '');
    const { parseDiagnostics, statements } = ts.createSourceFile('value.ts', `(${text})`, ts.ScriptTarget.ES2022, true) as ts.SourceFile & {
      parseDiagnostics: unknown[];
    };
    const [statement] = statements;
    if (parseDiagnostics.length > 0 || statement === undefined || !ts.isExpressionStatement(statement)) continue;
    if (isLiteral((statement.expression as ts.ParenthesizedExpression).expression)) return part === text ? text : `${text}, true`;
  }
  return undefined;
}

function isLiteral(node: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isLiteral);
  if (ts.isObjectLiteralExpression(node)) return node.properties.every((property) => ts.isPropertyAssignment(property) && isLiteral(property.initializer));
  if (ts.isPrefixUnaryExpression(node)) return isLiteral(node.operand);
  const kinds = [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword];
  return ts.isNumericLiteral(node) || ts.isBigIntLiteral(node) || ts.isStringLiteral(node) || kinds.includes(node.kind) || node.getText() === 'undefined';
}
