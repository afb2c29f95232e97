// Loads a case in a process of its own: prints its values and the megabytes that the process took at most.
import { SuperConfig } from 'superconfig';

const [cwd, build] = process.argv.slice(2);
const builder = SuperConfig.builder({ cwd, home: `${cwd}/home`, root: `${cwd}/root`, env: {} });
const value = new Function('builder', `return builder${build}`)(builder).loadSync().current;
process.stdout.write(JSON.stringify({ value, megabytes: process.resourceUsage().maxRSS / 1024 }));
