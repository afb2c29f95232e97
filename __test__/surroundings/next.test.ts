// `output: 'standalone'` of Next: what it gathers runs where nothing else is installed.
import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Project, run, tool } from './project.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a server of Next answers, once it does. */
async function answerOf(server: string): Promise<string> {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), HOSTNAME: '127.0.0.1', NODE_ENV: 'production' as const };
  const child = spawn(process.execPath, [server], { cwd: join(server, '..'), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  try {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      const response = await fetch(`http://127.0.0.1:${port}/api`).catch(() => undefined);
      if (response !== undefined) return `${response.status} ${await response.text()}${response.ok ? '' : said}`;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`no answer: ${said}`);
  } finally {
    child.kill();
  }
}

const setting = "serverExternalPackages: ['superconfig'], ";
test.each([
  { bundler: '--turbopack', options: '', named: 'without a setting' },
  { bundler: '--turbopack', options: setting, named: 'with the package external' },
  { bundler: '--webpack', options: setting, named: 'with the package external' },
])('next build $bundler, $named', async ({ bundler, options }) => {
  const project = new Project().install();
  for (const name of [
    'next',
    'react',
    'react-dom',
    '@next',
    '@swc',
    'styled-jsx',
    'client-only',
    'scheduler',
    'postcss',
    'nanoid',
    'picocolors',
    'source-map-js',
    'caniuse-lite',
    'baseline-browser-mapping',
  ])
    cpSync(tool(name), project.at('node_modules', name), { recursive: true });
  project.write(
    'next.config.mjs',
    `export default { output: 'standalone', ${options}outputFileTracingRoot: ${JSON.stringify(project.path)}, turbopack: { root: ${JSON.stringify(project.path)} } };`,
  );
  project.write('app/layout.jsx', 'export default function Layout({ children }) { return <html><body>{children}</body></html>; }');
  project.write('app/page.jsx', 'export default function Page() { return <p>page</p>; }');
  project.write(
    'app/api/route.js',
    "import { SuperConfig } from 'superconfig';\nexport const dynamic = 'force-dynamic';\nexport function GET() { return Response.json(SuperConfig.builder({ env: { APP_PORT: '81' } }).env('APP').loadSync().current); }",
  );
  run(process.execPath, [tool('next/dist/bin/next'), 'build', bundler], project.path);
  const away = project.moved('.next/standalone', 'next');
  expect(await answerOf(join(away, 'server.js'))).toBe('200 {"port":81}');
});
