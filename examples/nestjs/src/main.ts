// Starts the application, asks it, changes a file, and asks again.
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.js';
import { config } from './config.js';

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const address = await app.getUrl();
  const ask = async (path: string) => (await fetch(`${address}/${path}`)).json();
  console.log('greeting', await ask('greeting'));
  console.log('pool', await ask('pool'));
  console.log('origin', await ask('origin'));
  await app.close();
  config.close();
}

void main();
