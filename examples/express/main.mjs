// A recipe for Express: one version for each request, and its end closes the configuration.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { SuperConfig } from 'superconfig';

const cwd = dirname(fileURLToPath(import.meta.url));
const config = SuperConfig.builder({ cwd }).file('config.toml').env('SHOP').watch().loadSync();

const app = express();
// What a request sees does not change while it is answered.
app.use((request, _response, next) => {
  request.config = config.current;
  next();
});
app.get('/greeting', (request, response) => response.json({ text: request.config.greeting.text }));

const server = app.listen(config.get('server.port'), '127.0.0.1', async () => {
  console.log(await (await fetch(`http://127.0.0.1:${server.address().port}/greeting`)).json());
  server.close(() => config.close());
});
