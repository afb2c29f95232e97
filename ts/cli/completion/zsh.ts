// The script for zsh, as a file of `fpath` or to be sourced.
import type { Flag, Values, Verb } from './vocabulary.js';

/** The script. */
export function script(verbs: readonly Verb[]): string {
  const words = [...verbs.map(({ name, description }) => [name, description]), ['help', 'the help of a command']];
  const commands = words.map(([name, description]) => `    ${quoted(`${name}:${description}`)}`);
  const cases = verbs.map(({ name, flags, arguments: places }) => {
    const specs = [...flags.map(flagSpec), ...places.map((values, at) => quoted(`${at + 1}:${labelOf(values)}:${action(values)}`))];
    return `    ${name})\n      specs=(\n        ${specs.join('\n        ')}\n      )\n      _arguments -s $specs\n      ;;`;
  });
  return `#compdef superconfig
# Completion of superconfig for zsh: source <(superconfig completion zsh) behind compinit, or a file _superconfig of fpath.

_superconfig_ask() {
  local -a found
  # The options of compadd come first.
  found=("\${(@f)$("$program" __complete "\${@[-1]}" "$PREFIX" "\${(@)words[1,CURRENT-1]}" 2> /dev/null)}")
  found=("\${(@)found:#}")
  (( $#found )) && compadd "\${(@)argv[1,-2]}" -- "\${found[@]}"
}

_superconfig() {
  local program=$words[1]
  local -a commands specs
  commands=(
${commands.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  # Behind -- are the flags of the program.
  (( \${words[(I)--]} && \${words[(i)--]} < CURRENT )) && return
  case $words[1] in
${cases.join('\n')}
    help)
      _describe -t commands command commands
      ;;
  esac
}

if [[ $funcstack[1] == _superconfig ]]; then
  _superconfig "$@"
else
  compdef _superconfig superconfig
fi
`;
}

function flagSpec({ name, description, isRepeatable, values, isOptional }: Flag): string {
  const start = `${isRepeatable ? '*' : ''}${name}${values === undefined ? '' : isOptional ? '=-' : '='}[${escaped(description)}]`;
  return quoted(values === undefined ? start : `${start}${isOptional ? '::' : ':'}${labelOf(values)}:${action(values)}`);
}

function labelOf({ kind }: Values): string {
  return { words: 'word', paths: 'path', profiles: 'profile', files: 'file', directories: 'directory', anything: 'value' }[kind];
}

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'paths':
      return '_superconfig_ask paths';
    case 'profiles':
      return '_superconfig_ask profiles';
    case 'files':
      return '_files';
    case 'directories':
      return '_files -/';
    case 'anything':
      return ' ';
  }
}

const escaped = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
