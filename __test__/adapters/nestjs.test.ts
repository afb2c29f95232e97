// `superconfig/nestjs` with Nest 11 in CommonJS; with Nest 12 `npm run package` runs the same.
import { describe } from 'vitest';
import { testNest } from '../support/nest.ts';

describe('Nest 11', () => testNest({ version: 11, packages: 'node_modules', isEsm: false }));
