// The script for bash, from 3.2 on.
import type { Flag, Values, Verb } from './vocabulary.js';

/** The script. */
export function script(verbs: readonly Verb[]): string {
  const flagCases = verbs.flatMap(({ name, flags }) => flags.flatMap((flag) => flagCase(name, flag)));
  const argumentCases = verbs.flatMap(({ name, arguments: places }) => places.map((values, at) => `    ${name}:${at}) ${action(values)} ;;`));
  const nameCases = verbs.map(({ name, flags }) => `      ${name}) _superconfig_words '${flags.map((flag) => flag.name).join(' ')}' ;;`);
  return `# Completion of superconfig for bash: source <(superconfig completion bash)

_superconfig_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}

_superconfig_files() {
  local file
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$1" -- "$cur")
  type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
}

_superconfig_ask() {
  local word
  while IFS= read -r word; do
    case $cur in
      [\\'\\"]*) ;;
      *) [[ $word == *[!A-Za-z0-9_./,:@%+=-]* ]] && printf -v word %q "$word" ;;
    esac
    COMPREPLY+=("$word")
  done < <("\${COMP_WORDS[0]}" __complete "$1" "$cur" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2> /dev/null)
}

_superconfig() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} at place=0 before=
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    _superconfig_words '${verbs.map(({ name }) => name).join(' ')} help --help --version'
    return
  fi
  # \`--format=toml\` comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = && $COMP_CWORD -gt 2 ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((at = 2; at < COMP_CWORD; at++)); do
    # Behind -- are the flags of the program.
    [[ \${COMP_WORDS[at]} == -- ]] && return
    case "$command:$before" in
${flagPattern(verbs)}      *) [[ \${COMP_WORDS[at]} != -* && \${COMP_WORDS[at]} != = && $before != = ]] && place=$((place + 1)) ;;
    esac
    before=\${COMP_WORDS[at]}
  done
  case "$command:$prev" in
${flagCases.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${nameCases.join('\n')}
    esac
    return
  fi
  case "$command:$place" in
${argumentCases.join('\n')}
    help:0) _superconfig_words '${verbs.map(({ name }) => name).join(' ')}' ;;
  esac
}

complete -F _superconfig superconfig
`;
}

/** What a flag takes is no argument. */
function flagPattern(verbs: readonly Verb[]): string {
  const taking = verbs.flatMap(({ name, flags }) =>
    flags.filter(({ values, isOptional }) => values !== undefined && !isOptional).map((flag) => `${name}:${flag.name}`),
  );
  return `      ${taking.join(' | ')}) ;;\n`;
}

function flagCase(verb: string, { name, values, isOptional }: Flag): string[] {
  if (values === undefined || isOptional) return [];
  return [`    ${verb}:${name}) ${action(values)}; return ;;`];
}

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `_superconfig_words '${values.words.join(' ')}'`;
    case 'paths':
      return '_superconfig_ask paths';
    case 'profiles':
      return '_superconfig_ask profiles';
    case 'files':
      return '_superconfig_files -f';
    case 'directories':
      return '_superconfig_files -d';
    case 'anything':
      return ':';
  }
}
