// `output: 'standalone'` of Next: what it gathers runs where nothing else is installed.
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addonFile, Project, platform, run, tool } from './project.ts';

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

/** An application with a route that reads a value, built; gives what `output: 'standalone'` gathered, away from the project. */
function built(bundler: string, options: string): { project: Project; away: string } {
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
  // The project's own: pages that Turbopack made for it fail in another copy of Next, which has another React.
  run(process.execPath, [project.at('node_modules/next/dist/bin/next'), 'build', bundler], project.path);
  return { project, away: project.moved('.next/standalone', 'next') };
}

test.each(['--webpack', '--turbopack'])('next build %s, with the package external, takes the addon along', async (bundler) => {
  const { away } = built(bundler, setting);
  expect(await answerOf(join(away, 'server.js'))).toBe('200 {"port":81}');
});

test('next build --turbopack, without a setting, says what is missing, and answers after that command', async () => {
  const { project, away } = built('--turbopack', '');
  const said = await answerOf(join(away, 'server.js'));
  expect(said).toMatch(/^500 /);
  expect(said).toContain(`cp node_modules/@superconfig/${platform}/${addonFile} ${away}`);
  copyFileSync(project.addon, join(away, addonFile));
  expect(await answerOf(join(away, 'server.js'))).toBe('200 {"port":81}');
});
