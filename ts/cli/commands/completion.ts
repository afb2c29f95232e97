// `superconfig completion`: the script by which a shell completes command lines.
import type { Command } from '../command.js';
import { describeCommands, type ListedCommand } from '../completion/vocabulary.js';

const SHELLS = {
  bash: () => import('../completion/bash.js'),
  zsh: () => import('../completion/zsh.js'),
  fish: () => import('../completion/fish.js'),
};

/** The command, for the commands that there are. */
export const completionOf = (commands: readonly ListedCommand[]): Command => ({
  name: 'completion',
  help:
    'A script that completes commands, flags, paths and profiles. Load it where your shell starts: source <(superconfig completion bash) in ' +
    '~/.bashrc, the same with zsh in ~/.zshrc behind compinit, superconfig completion fish | source in config.fish.',
  examples: ['completion bash', 'completion zsh --out ~/.zfunc/_superconfig', 'completion fish --out ~/.config/fish/completions/superconfig.fish'],
  arguments: [{ name: 'SHELL', description: 'the shell', required: true, choices: Object.keys(SHELLS) }],
  shared: { json: true, out: true },
  quiet: true,
  async run(context) {
    const shell = context.arguments[0] as keyof typeof SHELLS;
    const out = context.text('out');
    const { script } = await SHELLS[shell]();
    const text = script(await describeCommands(commands));
    if (out !== undefined || !context.isJson) context.document(text);
    if (context.isJson) context.json({ shell, ...(out === undefined ? { script: text } : { out }) });
    return 0;
  },
});
