// The variables of `.env` files in the program's own environment, for libraries that read them there.
import { native } from './addon.js';
import type { Environment } from './load-request.js';

/** Sets the variables of `.env` files that are not set in `process.env`; gives those that were set. */
export function exportDotenv(attachment: number): Environment {
  const variables = JSON.parse(native().describe(attachment, 'dotenv')) as [name: string, value: string][];
  const unset = variables.filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of unset) process.env[name] = value;
  return Object.fromEntries(unset);
}
