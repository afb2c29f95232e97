// The project's Markdown documents: their fenced code and their links.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One fenced piece of code. */
export interface Block {
  /** The document and the line of the fence, e.g. `README.md:22`. */
  place: string;
  /** What stands behind the fence. */
  language: string;
  code: string;
}

/** All documents for readers, as paths from the root. */
export function documents(): string[] {
  const own = readdirSync(root).filter((name) => name.endsWith('.md'));
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return [...own, 'vectors/README.md', ...below.map((name) => `docs/${name.replaceAll('\\', '/')}`)].sort();
}

/** The fenced code of a document. */
export function blocks(document: string): Block[] {
  const found: Block[] = [];
  let open: Block | undefined;
  for (const [at, line] of readFileSync(join(root, document), 'utf8').split('\n').entries()) {
    const [, language] = line.match(/^```(.*)$/) ?? [];
    if (open !== undefined && language === '') {
      found.push(open);
      open = undefined;
    } else if (open !== undefined) open.code += `${line}\n`;
    else if (language !== undefined) open = { place: `${document}:${at + 1}`, language, code: '' };
  }
  if (open !== undefined) throw new Error(`${open.place}: the fence is never closed`);
  return found;
}

/** What a document links to inside the project, as paths from the root; a part of a page is left out. */
export function links(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```.*?^```/gms, '');
  const targets = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target as string);
  const inside = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target)).map((target) => target.replace(/#.*/, ''));
  return inside.map((target) => join(dirname(document), target));
}
