// `superconfig/nestjs` with Nest 12, in ECMAScript modules.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { npm } from '../../scripts/programs.mjs';
import { step } from '../../scripts/steps.mjs';
import { testNest } from '../support/nest.ts';

const nest12 = '__test__/packed/nest-12';

// Its packages find each other by their names, and so cannot be among those of development, which are of Nest 11.
beforeAll(() => {
  const inputs = ['package.json', 'package-lock.json'].map((name) => `${nest12}/${name}`);
  step('nest-12', inputs, `${nest12}/node_modules`).do(() => {
    const [command, args] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']);
    execFileSync(command, args, { cwd: join(import.meta.dirname, '../..', nest12), stdio: ['ignore', 'ignore', 'inherit'] });
  });
}, 300_000);

describe('Nest 12', () => testNest({ version: 12, packages: `${nest12}/node_modules`, isEsm: true }));
