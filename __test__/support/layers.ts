import { type BuilderOptions, SuperConfig, type SuperConfigBuilder } from '../../ts/index.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary.ts';

/** A directory for each test, and builders that see nothing else of the machine. */
export function layers(): {
  directory: TemporaryDirectory;
  write: TemporaryDirectory['write'];
  builder: (options?: BuilderOptions) => SuperConfigBuilder;
  three: (variables?: Record<string, string>) => SuperConfigBuilder;
} {
  const directory = temporaryDirectory();
  const { write } = directory;
  const builder = (options: BuilderOptions = {}) => SuperConfig.builder({ cwd: directory.path, home: directory.path, env: {}, ...options });
  /** Three formats, one above the other, with variables on top. */
  const three = (variables: Record<string, string> = {}) => {
    write('base.toml', 'plugins = ["a", "b", "c"]\n\n[server]\nhost = "localhost"\nport = 8080\n');
    write('more.yaml', 'server:\n  port: 9000\nplugins_remove: [b]\nplugins_add: [d]\n');
    write('last.json', '{ "log": { "level": "info" }, "servers": [{ "host": "one" }, { "host": "two" }], "a": { "b.c": 1 } }');
    return builder({ env: variables }).file('base.toml').file('more.yaml').file('last.json').env('APP');
  };
  return { directory, write, builder, three };
}
