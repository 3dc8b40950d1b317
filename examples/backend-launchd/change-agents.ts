import { join } from 'node:path';
import { type ApplyInput, type BackendChange, type Host, RotaError } from '@rota/core';
import { labelOf } from './agent.ts';
import { loadAgent, loadedAgents, unloadAgent } from './launchctl.ts';

/** How long an agent that runs may go on before it is changed: taking it from launchd would end it. */
const patienceMs = 10 * 60_000;

export function agentFolder({ user }: Host): string {
  return join(user.home, 'Library', 'LaunchAgents');
}

/** Makes a batch. What is already as it shall be is left alone, so that a batch can be made again. */
export async function changeAgents(host: Host, { namespace, changes, onProgress }: ApplyInput): Promise<void> {
  const loaded = await loadedAgents(host);
  for (const [index, change] of changes.entries()) {
    await changeOne(host, namespace, change, loaded);
    onProgress?.(index + 1, changes.length);
  }
}

async function changeOne(
  host: Host,
  namespace: string,
  change: BackendChange,
  loaded: ReadonlyMap<string, number | null>,
): Promise<void> {
  const label = labelOf(namespace, change);
  const path = join(agentFolder(host), `${label}.plist`);
  const content = change.after?.files[0]?.content;
  const armed = change.after?.active === true && !startsAtLogin(content);
  if (host.files.readText(path) === content && loaded.has(label) === armed) return;
  if (loaded.has(label)) {
    await waitForEnd(host, label);
    await unloadAgent(host, label);
  }
  if (content === undefined) host.files.remove(path);
  else host.files.write(path, content, 0o600);
  if (armed) await loadAgent(host, path);
}

/** Such an agent runs as soon as it is loaded. launchd loads it by itself at the next login, and an apply must start nothing. */
export function startsAtLogin(content: string | undefined): boolean {
  return content?.includes('<key>RunAtLoad</key>') === true;
}

async function waitForEnd(host: Host, label: string): Promise<void> {
  const deadline = host.now() + patienceMs;
  while (typeof (await loadedAgents(host)).get(label) === 'number') {
    if (host.now() >= deadline) {
      throw new RotaError('ROTA_BACKEND_UNAVAILABLE', `${label} is running, and changing it would end it.`, {
        suggestions: ['Apply again when it has ended.'],
      });
    }
    await host.sleep(2000);
  }
}
