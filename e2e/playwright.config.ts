import { defineConfig } from '@playwright/test';

/** Journeys run one after another: they measure sound and time, and the machine has few cores. */
export default defineConfig({
  testDir: 'journeys',
  outputDir: '../test-results',
  reporter: [['list'], ['./support/plain-reporter.ts']],
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
