import { defineConfig } from 'vitest/config';

/** The tests of live sources against real servers: `npm run test:live`. They wait most of the time, so more files run than there are processors. */
export default defineConfig({
  test: {
    include: ['__test__/live/servers/**/*.test.ts'],
    // Servers, links and times of a machine that is busy with other tests: what fails by chance passes when it has the machine.
    retry: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    maxWorkers: 4,
  },
});
