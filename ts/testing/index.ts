// Configuration in tests: values laid over it for one asynchronous context, configurations without files, and files for one test.

export { type TemporaryConfigOptions, type TemporaryFiles, temporaryConfig } from './temporary-config.js';
export { createTestConfig, type TestConfigOptions } from './test-config.js';
export { type Overrides, withOverrides } from './with-overrides.js';
