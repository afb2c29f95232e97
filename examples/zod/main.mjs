// A schema: types and defaults from it, variables typed by it, and every problem in one error with where it comes from.
import { isSuperConfigError, SuperConfig } from 'superconfig';
import { z } from 'zod';

const schema = z.strictObject({
  server: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().min(1).max(65535) }),
  log: z.enum(['debug', 'info', 'warn']).default('info'),
});

const text = '[server]\nport = 8080\n';
const build = (env) => SuperConfig.builder({ env }).text(text, { format: 'toml', name: 'app.toml' }).env('APP').schema(schema);

const config = build({ APP_LOG: 'debug', APP_SERVER__PORT: '9000' }).loadSync();
console.log(config.current);

try {
  build({ APP_LOG: 'loud', APP_SERVER__PORT: '90000' }).loadSync();
} catch (error) {
  if (!isSuperConfigError(error)) throw error;
  for (const { path, message, origin } of error.issues ?? []) console.log(`${path}: ${message} (${origin?.variable})`);
}
