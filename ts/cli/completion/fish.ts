// The script for fish.
import type { Values, Verb } from './vocabulary.js';

/** The script. */
export function script(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap(({ name, description, flags, arguments: places }) => {
    const when = `-n '__superconfig_is ${name}'`;
    return [
      `complete -c superconfig -n __superconfig_is_first -a ${name} -d ${quoted(description)}`,
      ...flags.map((flag) => {
        const value = flag.values === undefined ? '' : ` ${takes(flag.values, flag.isOptional === true)}`;
        return `complete -c superconfig ${when} -l ${flag.name.slice(2)}${value} -d ${quoted(flag.description)}`;
      }),
      ...places.slice(0, 1).map((values) => `complete -c superconfig ${when} ${action(values)}`),
    ];
  });
  return `# Completion of superconfig for fish: superconfig completion fish | source

function __superconfig_words
    commandline -opc
end

function __superconfig_is_first
    test (count (__superconfig_words)) -eq 1
end

function __superconfig_is
    set -l words (__superconfig_words)
    # Behind -- are the flags of the program.
    test (count $words) -gt 1; and test $words[2] = $argv[1]; and not contains -- -- $words
end

function __superconfig_ask
    set -l words (__superconfig_words)
    set -l current (commandline -ct)
    command $words[1] __complete $argv[1] "$current" $words[2..-1] 2>/dev/null
end

complete -c superconfig -e
complete -c superconfig -f
complete -c superconfig -n __superconfig_is_first -l help -d 'the commands'
complete -c superconfig -n __superconfig_is_first -l version -d 'the version'
complete -c superconfig -n __superconfig_is_first -a help -d 'the help of a command'
complete -c superconfig -n '__superconfig_is help' -a '${verbs.map(({ name }) => name).join(' ')}'
${lines.join('\n')}
`;
}

/** What follows a flag. */
function takes(values: Values, isOptional: boolean): string {
  return isOptional ? '' : `-r ${action(values)}`;
}

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `-f -a '${values.words.join(' ')}'`;
    case 'paths':
      return "-f -a '(__superconfig_ask paths)'";
    case 'profiles':
      return "-f -a '(__superconfig_ask profiles)'";
    case 'files':
      return '-F';
    case 'directories':
      return "-f -a '(__fish_complete_directories)'";
    case 'anything':
      return '-f';
  }
}

const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;
