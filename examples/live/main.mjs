// A program whose configuration comes from a store of a fleet, and changes while it runs.
import { loadConfig } from 'superconfig';
import definition from './superconfig.config.mjs';

const config = await loadConfig(definition);
const show = ({ greeting, server }) => console.log(`${greeting} on ${server.port}`);
show(config.current);
config.on('change', ({ current }) => show(current));
config.on('status', ({ name, state }) => console.log(`${name} is ${state}`));
config.on('error', ({ message }) => console.error(message));
// Until Ctrl-C.
setInterval(() => {}, 60_000);
