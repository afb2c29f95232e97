// The application: a controller with the service and live handles, and the module that provides them.
import 'reflect-metadata';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import type { ConfigHandle } from 'superconfig';
import { ConfigService, InjectConfig, SuperConfigModule } from 'superconfig/nestjs';
import { type AppConfig, config } from './config.js';

@Injectable()
export class Pool {
  @InjectConfig('db.pool.max') readonly max!: ConfigHandle<number>;

  constructor(@InjectConfig('db') private readonly db: ConfigHandle<AppConfig['db']>) {}

  describe() {
    return { url: this.db.value.url, max: this.max.value };
  }
}

@Controller()
export class AppController {
  constructor(
    private readonly service: ConfigService<AppConfig>,
    private readonly pool: Pool,
    @InjectConfig('greeting') private readonly greeting: ConfigHandle<AppConfig['greeting']>,
  ) {}

  @Get('greeting')
  greet() {
    return { text: this.greeting.value.text, port: this.service.getOrThrow('server.port') };
  }

  @Get('pool')
  show() {
    return this.pool.describe();
  }

  @Get('origin')
  origin() {
    const { winner } = this.service.config.explain('greeting.text');
    return { kind: winner?.kind, line: winner?.line };
  }
}

@Module({ imports: [SuperConfigModule.forRoot(config)], controllers: [AppController], providers: [Pool] })
export class AppModule {}
