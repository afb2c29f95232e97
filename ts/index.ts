export type { ArrayStrategy, BuilderOptions, Limits, SuperConfigBuilder, WatchOptions } from './builder.js';
export type { ConfigChange } from './change.js';
export {
  type ChangesOptions,
  type LayerInfo,
  SuperConfig,
  type ToStringOptions,
  type Warning,
} from './config.js';
export { type CustomSource, custom as source, type SourceContext } from './custom.js';
export { type ErrorDetails, type Issue, isSuperConfigError, type Origin, SuperConfigError, type SuperConfigErrorCode } from './errors.js';
export type { EventMap, Listener } from './events.js';
export type { Candidate, Explanation } from './explanation.js';
export type { ConfigHandle } from './handle.js';
export { type LoadOptions, loadConfig, loadConfigSync, parse } from './load.js';
export type { ReloadResult } from './opening.js';
export { type InsertOptions, type RegistryHandle, type RegistryStats, registry } from './registry.js';
export type { InferOutput, StandardSchema } from './schema.js';
export {
  args,
  type DirOptions,
  type DiscoverOptions,
  defaults,
  dir,
  discover,
  dotenv,
  type EnvOptions,
  env,
  type FileOptions,
  type Format,
  file,
  type GlobOptions,
  glob,
  overrides,
  type Source,
  type SourceOptions,
  type TextOptions,
  type Trust,
  textSource as text,
  type ValueOptions,
} from './sources.js';
export type { Status, Watching } from './status.js';
export type { DeepReadonly, LoosePath, Path, ValueAt } from './types.js';
