// The module of a configuration that is loaded already.
import { type SuperConfig, SuperConfigError } from '../../index.js';
import { ConfigService } from './config-service.js';
import { askedPaths, configToken } from './inject-config.js';
import { BASE, SHOWN } from './tokens.js';

/** A provider, as Nest takes it. */
// biome-ignore lint/suspicious/noExplicitAny: a token of any kind.
type Provider<Token = any> =
  | { provide: Token; useValue: unknown }
  | {
      provide: Token;
      // biome-ignore lint/suspicious/noExplicitAny: what Nest injects.
      useFactory: (...given: any[]) => unknown;
      inject: Token[];
    };

/** A module, as Nest takes it. */
interface DynamicModule {
  module: typeof SuperConfigModule;
  global: boolean;
  readonly providers: Provider[];
  // biome-ignore lint/suspicious/noExplicitAny: tokens of any kind.
  readonly exports: any[];
}

/**
 * Options of the module.
 *
 * @example
 * ```ts
 * import { SuperConfigModule, type SuperConfigModuleOptions } from 'superconfig/nestjs';
 *
 * const options: SuperConfigModuleOptions = { global: false };
 * SuperConfigModule.forRoot(config, options).global; // false
 * ```
 */
export interface SuperConfigModuleOptions {
  /** `false`: only modules that import it can inject from it. */
  global?: boolean;
}

/**
 * The module: provides {@link ConfigService} and the handles of {@link InjectConfig}.
 *
 * @example
 * ```ts
 * import { SuperConfigModule } from 'superconfig/nestjs';
 *
 * const imports = [SuperConfigModule.forRoot(config)]; // of the application's module
 * imports[0]?.global; // true
 * ```
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest wants a class.
export class SuperConfigModule {
  /**
   * A module of a configuration that is loaded already: nothing is awaited while Nest wires, so nothing can be read too early. The
   * application that loaded it closes it.
   *
   * @throws `ERR_SUPERCONFIG_OPTION` for what is no configuration.
   * @example
   * ```ts
   * import { SuperConfigModule } from 'superconfig/nestjs';
   *
   * SuperConfigModule.forRoot(config).providers.length > 0; // true
   * ```
   */
  // biome-ignore lint/suspicious/noExplicitAny: a configuration of any type.
  static forRoot(config: SuperConfig<any>, options: SuperConfigModuleOptions = {}): DynamicModule {
    if (typeof options !== 'object' || options === null) throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', 'the options of `forRoot` are an object');
    const { global = true } = options;
    if (typeof config?.handle !== 'function') {
      throw new SuperConfigError('ERR_SUPERCONFIG_OPTION', '`SuperConfigModule.forRoot` takes a configuration that is loaded', {
        hint: 'pass what `loadSync()` returns, or what `await load()` does',
      });
    }
    return {
      module: SuperConfigModule,
      global,
      // Read when Nest wires, which is after every class was decorated, whatever was imported first.
      get providers() {
        return providersOf(config);
      },
      get exports() {
        return providersOf(config).map(({ provide }) => provide);
      },
    };
  }
}

function providersOf(config: SuperConfig): Provider[] {
  return [
    { provide: BASE, useValue: () => config },
    { provide: SHOWN, useFactory: (base: () => SuperConfig) => base, inject: [BASE] },
    { provide: ConfigService, useFactory: (shown: () => SuperConfig) => new ConfigService(shown()), inject: [SHOWN] },
    ...[...askedPaths()].map((path) => ({ provide: configToken(path), useFactory: (shown: () => SuperConfig) => handleOf(shown(), path), inject: [SHOWN] })),
  ];
}

/** The handle of a path that is there, or may be: otherwise what is misspelt would show at the first request. */
function handleOf(config: SuperConfig, path: string): unknown {
  if (!config.has(path)) config.get(path);
  return config.handle(path);
}
