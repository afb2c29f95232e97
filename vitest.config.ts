import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__test__/**/*.test.ts'],
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['ts/**/*.ts'],
      exclude: ['ts/dist/**'],
      reporter: ['text', 'json-summary'],
      reportsDirectory: 'target/coverage-ts',
      thresholds: { lines: 95, statements: 95, functions: 95 },
    },
  },
});
