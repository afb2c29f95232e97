// Hooks of `cli-host.mjs`: each command line evaluates the modules of its project anew.
let context;

export function initialize(data) {
  context = data;
}

export async function resolve(specifier, about, next) {
  const resolved = await next(specifier, about);
  const { line, kept, fresh } = context;
  const { url } = resolved;
  const begins = (start) => url.startsWith(start);
  if (!url.startsWith('file:') || url.includes('?') || (kept.some(begins) && !fresh.some(begins))) return resolved;
  return { ...resolved, url: `${url}?line=${line[0]}` };
}
