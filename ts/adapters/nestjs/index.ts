// Configuration in Nest: a module of a configuration that is loaded, a service, and live handles by path.
export { ConfigService } from './config-service.js';
export { configToken, InjectConfig } from './inject-config.js';
export { overrideConfig } from './override-config.js';
export { SuperConfigModule, type SuperConfigModuleOptions } from './superconfig-module.js';
