// A server whose handlers read live values, and whose end closes the configuration.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastify from 'fastify';
import { SuperConfig } from 'superconfig';
import superconfig from 'superconfig/fastify';

const cwd = dirname(fileURLToPath(import.meta.url));
const config = SuperConfig.builder({ cwd }).file('config.toml').env('SHOP').watch().loadSync();

const app = fastify({ logger: { level: config.get('log.level') } });
await app.register(superconfig, { config });
const text = app.config.handle('greeting.text');
app.get('/greeting', async () => ({ text: text.value }));

await app.listen({ port: config.get('server.port'), host: '127.0.0.1' });
const { port } = app.server.address();
console.log(await (await fetch(`http://127.0.0.1:${port}/greeting`)).json());
await app.close();
