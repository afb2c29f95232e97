import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  // The tools take their time, and most of them both processors.
  test: { include: ['*.test.ts'], testTimeout: 600_000, hookTimeout: 300_000, maxWorkers: 1 },
});
