import type { CommandSpec } from '../program/command.ts';
import { json } from '../program/common-options.ts';

/** The tool itself. */
export const toolCommands: readonly CommandSpec[] = [
  {
    name: 'schema',
    summary: "JSON Schema of a command's output, of the manifest or of the config",
    args: '[name...]',
    completes: 'commands',
    options: [json],
    examples: ['rota schema', 'rota schema plan', 'rota schema targets plan', 'rota schema job'],
    load: () => import('../commands/schema.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    args: '<shell>',
    completes: ['bash', 'zsh', 'fish', 'powershell'],
    options: [json],
    examples: ['rota completion bash > ~/.local/share/bash-completion/completions/rota', 'rota completion fish | source'],
    load: () => import('../commands/completion.ts'),
  },
];
