export { SuperConfig, type SuperConfigBuilder } from './api/config.js';
export { source } from './api/custom-source.js';
export { type Deriver, derive } from './api/derive.js';
export type { ConfigChange, EventMap, Listener } from './api/events.js';
export type { ConfigHandle } from './api/handle.js';
export type { InsertOptions } from './api/insert-options.js';
export { type DefinitionContext, defineConfig, findProfiles, loadConfig, loadConfigSync } from './api/load.js';
export { type ModuleOptions, module } from './api/module.js';
export { convert, parse } from './api/parse.js';
export { type RegistryHandle, type RegistryStats, registry } from './api/registry.js';
export {
  args,
  type DirOptions,
  type DiscoverOptions,
  type DotenvOptions,
  defaults,
  dir,
  discover,
  dotenv,
  type EnvMapping,
  type EnvOptions,
  env,
  type FileOptions,
  type Format,
  type FormattedVariable,
  file,
  type GlobOptions,
  glob,
  overrides,
  type Source,
  type SourceOptions,
  type TextOptions,
  type Trust,
  text,
  type ValueOptions,
} from './api/sources.js';
export { toJsonSchema } from './api/to-json-schema.js';
export type { DeepReadonly, Path, ValueAt } from './api/typed-path.js';
export type { Converted, ConvertOptions } from './api/types/converted.js';
export type { ComparedValue, Difference } from './api/types/difference.js';
export type { Candidate, Explanation, SchemaSummary, SettableName, Unreached } from './api/types/explanation.js';
export type { LayerInfo, LayerUse, UnmatchedVariable, Warning } from './api/types/layer.js';
export type { ArrayStrategy, BuilderOptions, ChangesOptions, Limits, LoadOptions, NameOptions, ToStringOptions, WatchOptions } from './api/types/options.js';
export type { SourceStatus, Status, Timings, Watching } from './api/types/status.js';
export type { UnknownKey, Unused, UnusedLayer, UnusedValue } from './api/types/unused.js';
export type { CustomSource, SourceContext, SourceReport } from './engine/custom-source.js';
export type { LoosePath } from './engine/path.js';
export type { ReloadResult } from './engine/reload-result.js';
export { type ErrorDetails, type Issue, isSuperConfigError, type Origin, SuperConfigError, type SuperConfigErrorCode } from './internal/errors.js';
export type { InferOutput, SchemaOptions, StandardSchema } from './schema/standard-schema.js';
