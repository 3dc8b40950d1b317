import { join } from 'node:path';
import type { Drift, Host, Installed, ListInput } from '@rota/core';
import { carriedDigest, ownerOf } from './agent.ts';
import { agentFolder, startsAtLogin } from './change-agents.ts';
import { loadedAgents } from './launchctl.ts';

const suffix = '.plist';

/** The agents of a namespace as they are: the files, and what launchd has loaded. */
export async function listAgents(host: Host, { namespace, expected }: ListInput): Promise<readonly Installed[]> {
  const loaded = await loadedAgents(host);
  return host.files.list(agentFolder(host)).flatMap((file) => {
    const label = file.endsWith(suffix) ? file.slice(0, -suffix.length) : '';
    const owner = ownerOf(label, namespace);
    const content = host.files.readText(join(agentFolder(host), file));
    if (owner === undefined || content === undefined) return [];
    const wanted = expected.get(`${owner.tenant}/${owner.name}`);
    const drift: Drift[] = [];
    if (wanted !== undefined && wanted.files[0]?.content !== content)
      drift.push({ kind: 'edited', detail: `${file} was edited` });
    const isPaused = content.includes('<key>Disabled</key>');
    const isArmed = loaded.has(label) || startsAtLogin(content);
    if (!isPaused && !isArmed) drift.push({ kind: 'disabled', detail: `launchd has not loaded ${label}` });
    if (isPaused && loaded.has(label)) drift.push({ kind: 'enabled', detail: `launchd has loaded ${label}, which is paused` });
    return [{ ...owner, digest: carriedDigest(content), active: !isPaused && isArmed, drift }];
  });
}
