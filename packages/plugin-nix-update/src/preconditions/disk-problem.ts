import { dirname } from 'node:path';
import { fileSystemFacts } from '../machine/free-bytes.ts';
import type { UpdateContext } from '../update-context.ts';

/** Where an update writes. A mount is looked at once, by whichever path comes first. */
function places({
  system,
  settings,
  layout,
  host,
}: Pick<UpdateContext, 'system' | 'settings' | 'layout' | 'host'>): readonly string[] {
  const boot = system.kind === 'nixos' ? ['/boot', '/boot/efi', '/efi'] : [];
  return ['/', '/nix/store', ...boot, settings.flakePath, nearestFolder(host, layout.root)];
}

/** One problem, or `null`, for each file system that an update writes to. What cannot be read counts as full. */
export function diskProblem(context: Pick<UpdateContext, 'system' | 'settings' | 'layout' | 'host'>): readonly (string | null)[] {
  const { settings, host } = context;
  const present = places(context).filter((path) => host.files.facts(path) !== undefined);
  return [...new Set(present)].map((path) => {
    const facts = fileSystemFacts(path);
    if (facts === null) return `How full ${path} is cannot be read.`;
    if (facts.usedPercent > settings.diskThreshold)
      return `${path} is ${facts.usedPercent} % full, more than \`diskThreshold\` (${settings.diskThreshold} %).`;
    if (facts.usedInodesPercent > settings.diskThreshold)
      return `${path} has used ${facts.usedInodesPercent} % of its inodes, more than \`diskThreshold\` (${settings.diskThreshold} %).`;
    return null;
  });
}

function nearestFolder(host: UpdateContext['host'], path: string): string {
  let at = path;
  while (host.files.facts(at) === undefined && at !== '/') at = dirname(at);
  return at;
}
