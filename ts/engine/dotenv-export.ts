// The variables of `.env` files in the program's own environment, for libraries that read them there.
import { SuperConfigError } from '../internal/errors.js';
import { native } from './addon.js';
import type { Environment } from './load-request.js';

/** Sets the variables of `.env` files that are not set in `process.env`; gives those that were set. */
export function exportDotenv(attachment: number): Environment {
  const variables = JSON.parse(native().describe(attachment, 'dotenv')) as [name: string, value: string][];
  const unset = variables.filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of unset) {
    try {
      process.env[name] = value;
    } catch (cause) {
      // The program has put an object of its own there.
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', `\`process.env\` does not take the variable ${name}`, { cause });
    }
  }
  return Object.fromEntries(unset);
}
