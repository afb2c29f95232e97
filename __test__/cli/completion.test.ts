// `superconfig completion`: the scripts in real shells, and what they ask for.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../ts/cli/commands.ts';
import { BIN, cli, cliEnvironment, cliJson } from '../support/cli.ts';
import { sharedDirectory } from '../support/temporary.ts';

const directory = sharedDirectory();
const SHELLS = ['bash', 'zsh', 'fish'] as const;
const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

beforeAll(async () => {
  directory.write(
    'config/default.toml',
    '[server]\nport = 8080\nhost = "a"\n["odd key"]\n"a.b" = 1\n[credentials]\nPlanted-Secret = "Planted-Value"\n[[list]]\nx = 1\n',
  );
  directory.write('config/production.yaml', 'server: { port: 1 }\n');
  directory.write('config/staging.yaml', 'server: { port: 2 }\n');
  directory.write('other/default.toml', 'other = 1\n');
  // The program, and a note of each of its starts.
  directory.write('bin/superconfig', `#!/bin/sh\necho "$@" >> '${directory.at('starts')}'\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(directory.at('bin/superconfig'), 0o755);
  for (const shell of SHELLS) directory.write(`${shell}.sh`, (await cli(['completion', shell], { cwd: directory.path })).stdout);
}, 60_000);

const environment = () => ({ ...cliEnvironment(), PATH: `${directory.at('bin')}:${process.env.PATH}`, HOME: directory.at('home'), TERM: 'dumb' });

/** How often the program was started by something. */
function startsOf(run: () => void): number {
  const count = () => (existsSync(directory.at('starts')) ? readFileSync(directory.at('starts'), 'utf8').split('\n').length : 0);
  const before = count();
  run();
  return count() - before;
}

/** What bash would offer for the last of the words. */
function inBash(...words: string[]): string[] {
  const program = `source ./bash.sh; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _superconfig; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program, 'bash', 'superconfig', ...words], {
    cwd: directory.path,
    env: environment(),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  test('completes commands and flags without a process', () => {
    const starts = startsOf(() => {
      expect(inBash('')).toEqual(expect.arrayContaining([...COMMANDS.map(({ name }) => name), 'help', '--version']));
      expect(inBash('ex')).toEqual(['explain']);
      expect(inBash('print', '--f')).toEqual(['--format', '--force', '--from', '--file']);
      expect(inBash('print', '--format', 'j')).toEqual(['json', 'jsonc', 'json5']);
      expect(inBash('print', '--format', '=', 't')).toEqual(['toml']);
      expect(inBash('print', '--format', '=')).toContain('dotenv');
      expect(inBash('validate', '--stri')).toEqual(['--strict']);
      expect(inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
      expect(inBash('help', 'wat')).toEqual(['watch']);
      expect(inBash('get', '--dir', 'conf')).toEqual(['config']);
      expect(inBash('convert', 'config/def')).toEqual(['config/default.toml']);
      expect(inBash('print', '--out', 'bash')).toEqual(['bash.sh']);
      expect(inBash('nothing', '')).toEqual([]);
      expect(inBash('get', '--', '')).toEqual([]);
    });
    expect(starts).toBe(0);
  });

  test('asks for paths and profiles', () => {
    expect(inBash('get', 'server.')).toEqual(['server.port', 'server.host']);
    expect(inBash('explain', 'serv').sort()).toEqual(['server', 'server.host', 'server.port']);
    expect(inBash('get', '--profile', 'production', '--json', 'server.p')).toEqual(['server.port']);
    expect(inBash('get', 'server.port', '')).toEqual([]);
    expect(inBash('print', '--profile', '')).toEqual(['production', 'staging']);
    expect(inBash('print', '--profile', '=', 'st')).toEqual(['staging']);
    expect(inBash('print', '--profile', 'staging,p')).toEqual(['staging,production']);
    expect(inBash('diff', 'p')).toEqual(['production']);
    expect(inBash('get', '--dir', 'other', '')).toEqual(['other']);
    expect(inBash('get', '--dir', '=', 'other', '')).toEqual(['other']);
    expect(inBash('get', 'odd')).toEqual(['odd\\ key', 'odd\\ key.\\"a.b\\"']);
    expect(inBash('get', 'odd\\ key.')).toEqual(['odd\\ key.\\"a.b\\"']);
    expect(inBash('get', "'odd key.")).toEqual(['odd key."a.b"']);
  });

  test('can be sourced where nothing is set, and by versions before 4', () => {
    const script = readFileSync(directory.at('bash.sh'), 'utf8');
    expect(script).not.toMatch(/mapfile|readarray|declare -A|\$\{\w+(?:\[@\])?@|\$\{\w+,,/);
    expect(spawnSync('bash', ['--norc', '-u', '-c', 'source ./bash.sh && complete -p superconfig'], { cwd: directory.path, encoding: 'utf8' }).stdout).toBe(
      'complete -F _superconfig superconfig\n',
    );
  });
});

test('fish completes the same', () => {
  const script = readFileSync(directory.at('fish.sh'), 'utf8');
  for (const { name } of COMMANDS) expect(script).toContain(`complete -c superconfig -n __superconfig_is_first -a ${name} `);
  if (!has('fish')) return;
  const inFish = (line: string) => {
    const text = execFileSync('fish', ['--no-config', '-c', `source fish.sh; complete -C '${line}'`], {
      cwd: directory.path,
      env: environment(),
      encoding: 'utf8',
    });
    return text.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0]]));
  };
  const starts = startsOf(() => {
    expect(inFish('superconfig ex')).toEqual(['explain']);
    expect(inFish('superconfig print --form')).toEqual(['--format']);
    expect(inFish('superconfig print --format to')).toEqual(['toml']);
    expect(inFish('superconfig completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
    expect(inFish('superconfig convert config/def')).toEqual(['config/default.toml']);
  });
  expect(starts).toBe(0);
  expect(inFish('superconfig get server.')).toEqual(['server.host', 'server.port']);
  expect(inFish('superconfig print --profile ')).toEqual(['production', 'staging']);
  expect(inFish('superconfig get --dir other ')).toContain('other');
});

test('zsh completes the same', () => {
  const script = readFileSync(directory.at('zsh.sh'), 'utf8');
  for (const { name } of COMMANDS) expect(script).toContain(`    ${name})\n      specs=(\n `);
  if (!has('zsh')) return;
  execFileSync('zsh', ['-n', 'zsh.sh'], { cwd: directory.path });
  const inZsh = (line: string) => {
    const program = `
      zmodload zsh/zpty
      zpty -b shell zsh -f -i
      zpty -w shell 'PS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ./zsh.sh; setopt no_beep; show() { print -r -- "<$BUFFER>"; BUFFER=; zle accept-line }; zle -N show; bindkey "^X" show; print READY'
      text=; for i in {1..400}; do zpty -r -t shell line && text+=$line; [[ $text == *READY*READY* ]] && break; sleep 0.05; done
      zpty -w -n shell "$1"$'\\t\\x18'
      text=; for i in {1..400}; do zpty -r -t shell line && text+=$line; [[ $text == *'<'*'>'* ]] && break; sleep 0.05; done
      print -r -- "$text"`;
    const { stdout } = spawnSync('zsh', ['-f', '-c', program, 'zsh', line], {
      cwd: directory.path,
      env: { ...environment(), TERM: 'xterm' },
      encoding: 'utf8',
      timeout: 60_000,
    });
    return /<(superconfig[^>]*)>/.exec(stdout)?.[1]?.trimEnd();
  };
  const starts = startsOf(() => {
    expect(inZsh('superconfig expl')).toBe('superconfig explain');
    expect(inZsh('superconfig print --format to')).toBe('superconfig print --format toml');
  });
  expect(starts).toBe(0);
  expect(inZsh('superconfig get server.p')).toBe('superconfig get server.port');
  expect(inZsh('superconfig print --profile st')).toBe('superconfig print --profile staging');
}, 120_000);

test('the scripts are ASCII, and can be written to a file or a document', async () => {
  for (const shell of SHELLS) expect(readFileSync(directory.at(`${shell}.sh`), 'utf8')).toMatch(/^[\0-~]*$/);
  expect(await cli(['completion', 'bash', '--out', 'again.sh'], { cwd: directory.path })).toMatchObject({ code: 0, stdout: '', stderr: 'wrote again.sh\n' });
  expect(readFileSync(directory.at('again.sh'), 'utf8')).toBe(readFileSync(directory.at('bash.sh'), 'utf8'));
  expect((await cliJson(['completion', 'fish'], { cwd: directory.path })).document).toMatchObject({
    shell: 'fish',
    script: readFileSync(directory.at('fish.sh'), 'utf8'),
  });
  expect(await cli(['completion', 'tcsh'], { cwd: directory.path })).toMatchObject({ code: 2, stdout: '' });
  expect(await cli(['completion'], { cwd: directory.path })).toMatchObject({ code: 2, stdout: '' });
});

describe('__complete', () => {
  const complete = (...args: string[]) => cli(['__complete', ...args], { cwd: directory.path });
  const silent = { code: 0, signal: null, stdout: '', stderr: '' };

  test('shows no secret, and nothing below one', async () => {
    const { stdout } = await complete('paths', '');
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['server.port', 'credentials', 'odd key."a.b"', 'list']));
    expect(stdout).not.toContain('Planted');
    expect(await complete('paths', 'credentials.')).toEqual(silent);
  });

  test('is silent about whatever goes wrong', async () => {
    directory.write('broken.toml', 'a = \n');
    directory.write('throws.mjs', "console.log('out'); console.error('err'); throw new Error('no');");
    directory.write('prints.mjs', "console.log('out'); console.error('err'); export default { sources: [{ kind: 'defaults', values: { value: { a: 1 } } }] };");
    for (const args of [
      ['paths', '', 'get', '--file', 'broken.toml'],
      ['paths', '', 'get', '--from', 'throws.mjs'],
      ['paths', '', 'get', '--from', 'none.mjs'],
      ['profiles', '', 'get', '--from', 'throws.mjs'],
      ['something'],
      [],
    ]) {
      expect(await complete(...args), args.join(' ')).toEqual(silent);
    }
    expect(await complete('paths', '', 'get', '--from', 'prints.mjs')).toEqual({ ...silent, stdout: 'a\n' });
  });

  test('takes lines that are not whole yet', async () => {
    expect((await complete('paths', 'server.p', 'get', '--nonsense', '--dir', 'config', '--profile')).stdout).toBe('server.port\n');
    expect((await complete('paths', 'server.p', 'get', '--dotenv')).stdout).toBe('');
  });
});
