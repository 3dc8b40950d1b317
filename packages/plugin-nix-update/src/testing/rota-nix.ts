import { bundleRota, type CommandResult, installRota, schemaProblems } from '@rota/test-support';
import { expect } from 'vitest';
import { nixCommands } from '../commands/nix-commands.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import type { NixMachine } from './nix-machine.ts';

/** The command `rota` as root of a test machine has it. */
export interface RotaNix {
  /** Writes the config: these options of the plugin, and what else it has. */
  declare(options: NixUpdateOptions, more?: object): Promise<void>;
  rota(...args: readonly string[]): Promise<CommandResult>;
  /** The same with `--json`: what it answers, held against the schema of the command. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it
  json(...args: readonly string[]): Promise<any>;
}

/** What a command answers is what its schema, which `rota schema nix-NAME` prints, promises. */
function holdsSchema(name: string, answer: unknown): void {
  const command = nixCommands(undefined).commands.find((each) => each.name === name);
  expect(schemaProblems(command?.output ?? { not: {} }, answer), name).toBe('');
}

/** Installs it with the plugin. */
export async function installRotaNix(machine: NixMachine): Promise<RotaNix> {
  await installRota(machine, await bundleRota('plugin-nix-update'));
  const rota: RotaNix['rota'] = async (...args) => await machine.exec('rota', args, { cwd: '/root/homelab', timeoutMs: 120_000 });
  return {
    rota,
    async declare(options, more = {}) {
      const rest = JSON.stringify({ tenant: 'home', backend: 'systemd', ...more });
      const config = `import { nixUpdate } from '/opt/rota/node_modules/@rota/plugin-nix-update/index.js';
export default { ...${rest}, plugins: [nixUpdate(${JSON.stringify(options)})] };\n`;
      await machine.output('sh', ['-ec', 'mkdir -p /root/homelab; cat >/root/homelab/jobs.config.mjs'], { input: config });
    },
    async json(...args) {
      const { stdout, stderr } = await rota(...args, '--json');
      if (stdout === '') throw new Error(`rota ${args.join(' ')} printed nothing:\n${stderr}`);
      const answer = JSON.parse(stdout);
      if (!('error' in answer)) holdsSchema(args[1] ?? '', answer);
      return answer;
    },
  };
}
