// The configuration that the service loads and `superconfig` shows: one definition for both.
import { fileURLToPath } from 'node:url';
import { args, defaults, defineConfig, dir, dotenv, env } from 'superconfig';
import { z } from 'zod';

const schema = z.object({
  server: z.object({
    host: z.string().describe('The address that it listens on'),
    port: z.number().int().min(0).max(65535).describe('The port that it listens on; 0 takes a free one'),
  }),
  db: z.object({
    url: z.string().describe('Where the database is'),
    password: z.string().optional().describe('The password of the database'),
    pool: z.object({
      min: z.number().int().min(0).max(100),
      max: z.number().int().min(1).max(100).describe('Largest number of connections'),
    }),
  }),
  log: z.object({ level: z.enum(['debug', 'info', 'warn', 'error']) }),
  features: z.array(z.string()).describe('What is switched on'),
});

export default defineConfig({
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  sources: [
    defaults({ server: { host: '127.0.0.1', port: 0 }, db: { pool: { min: 0, max: 5 } }, log: { level: 'info' }, features: [] }),
    dir('config'),
    dotenv({ path: 'service.env', optional: true }),
    env('SERVICE'),
    args(),
  ],
  schema,
  watch: true,
});
