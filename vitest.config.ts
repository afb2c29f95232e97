import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__test__/**/*.test.ts'],
    // Those around the packed package are for `npm run package`; others need tools or servers of their own: `npm run test:surroundings`,
    // `npm run test:live`.
    exclude: ['**/node_modules/**', '__test__/packed/**', '__test__/surroundings/**', '__test__/live/servers/**'],
    testTimeout: 60_000,
    // Vitest takes one less than there are processors. Files share nothing but what `setup.mjs` and `package.mjs` built.
    maxWorkers: 2,
    // Where Node writes what the tests' processes and threads ran: it hands this on even to one whose environment is given.
    env: process.env.SUPERCONFIG_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE: process.env.SUPERCONFIG_COVERAGE },
    typecheck: { enabled: true, include: ['__test__/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    coverage: {
      provider: 'v8',
      include: ['ts/**/*.ts'],
      // Clients of servers are run by the tests that have them.
      exclude: ['ts/dist/**', 'ts/etcd/**', 'ts/nats/**', 'ts/redis/**'],
      // What their processes and threads ran is added by `npm run coverage -- ts`, which holds the thresholds.
      reporter: ['json'],
      reportOnFailure: true,
      reportsDirectory: 'target/coverage-ts',
    },
  },
});
