import type { Job } from '@rota/core';
import { nixString } from './nix-text.ts';

type Condition = Job['conditions'][number];

/** When a job is for a host, as a Nix expression over `config.rota` and `pkgs`; or why Nix cannot tell. */
export type HostExpression = { readonly nix: string | null } | { readonly reason: string };

/** `nix: null`: for every host. What only the machine itself can answer is no business of an evaluation that may run elsewhere. */
export function hostExpression(conditions: readonly Condition[]): HostExpression {
  const terms: string[] = [];
  for (const { hostname, labels, os, commandExists, fileExists, env } of conditions) {
    const asked = Object.entries({ commandExists, fileExists, env }).find(([, value]) => value !== undefined);
    if (asked !== undefined) {
      return {
        reason: `\`when.${asked[0]}\` asks the machine, and Nix may evaluate elsewhere; \`hostname\`, \`labels\` and \`os\` work.`,
      };
    }
    if (hostname !== undefined) {
      const names = hostname.map((name) => nixString(name.toLowerCase())).join(' ');
      terms.push(`builtins.elem (lib.toLower config.rota.hostname) [ ${names} ]`);
    }
    for (const [key, value] of Object.entries(labels ?? {})) {
      terms.push(`(config.rota.labels.${nixString(key)} or null) == ${nixString(value)}`);
    }
    if (os !== undefined) {
      const kinds = os.map((name) => ({ linux: 'isLinux', macos: 'isDarwin', windows: 'isWindows' })[name]);
      terms.push(`(${kinds.map((kind) => `pkgs.stdenv.hostPlatform.${kind}`).join(' || ')})`);
    }
  }
  return { nix: terms.length === 0 ? null : terms.join(' && ') };
}
