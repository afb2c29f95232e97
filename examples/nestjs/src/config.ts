// The configuration, loaded before Nest wires anything: whoever imports this has it.
import { join } from 'node:path';
import { SuperConfig } from 'superconfig';

export interface AppConfig {
  server: { port: number };
  db: { url: string; pool: { min: number; max: number } };
  greeting: { text: string };
}

export const config = SuperConfig.builder<AppConfig>().dir(process.env.CONFIG_FOLDER ?? join(process.cwd(), 'config')).env('SHOP').watch().loadSync();
