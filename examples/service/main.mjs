// A service that answers with its configuration's server table, and follows what changes while it runs.
import { createServer } from 'node:http';
import { loadConfig } from 'superconfig';
import definition from './superconfig.config.mjs';

const config = await loadConfig(definition);
config.on('change', ({ version, changed }) => console.log(`version ${version}: ${changed.join(', ')}`));
config.on('error', (error) => console.error(error.message));

const server = createServer((_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(config.current.features)}\n`);
});
server.listen(config.get('server.port'), config.get('server.host'), () => {
  console.log(`listening on http://${config.get('server.host')}:${server.address().port}`);
});
