export type { ArrayStrategy, BuilderOptions, Limits, SuperConfigBuilder, WatchOptions } from './api/builder.js';
export {
  type ChangesOptions,
  type LayerInfo,
  SuperConfig,
  type ToStringOptions,
  type Warning,
} from './api/config.js';
export { type CustomSource, custom as source, type SourceContext } from './api/custom-source.js';
export type { ConfigChange } from './api/events.js';
export type { ConfigHandle } from './api/handle.js';
export { type LoadOptions, loadConfig, loadConfigSync, parse } from './api/load.js';
export { type InsertOptions, type RegistryHandle, type RegistryStats, registry } from './api/registry.js';
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
} from './api/sources.js';
export type { DeepReadonly, LoosePath, Path, ValueAt } from './api/typed-path.js';
export type { Candidate, Explanation } from './api/types/explanation.js';
export type { Status, Watching } from './api/types/status.js';
export type { EventMap, Listener } from './engine/event-pump.js';
export type { ReloadResult } from './engine/load.js';
export { type ErrorDetails, type Issue, isSuperConfigError, type Origin, SuperConfigError, type SuperConfigErrorCode } from './internal/errors.js';
export type { InferOutput, StandardSchema } from './schema/standard-schema.js';
