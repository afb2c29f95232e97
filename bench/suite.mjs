// One suite in a process of its own, so that none leaves its mark on another: `node suite.mjs NAME [--quick]` prints its rows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [name, quick] = process.argv.slice(2);
const { measure } = await import(`./suites/${name}.mjs`);
const scratch = mkdtempSync(join(tmpdir(), 'superconfig-bench-'));
const rows = await measure({ scratch, quick: quick === '--quick' });
rmSync(scratch, { recursive: true });
process.stdout.write(`\n${JSON.stringify(rows)}\n`);
process.exit(0);
