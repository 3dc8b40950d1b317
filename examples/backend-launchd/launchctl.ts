import { type Host, type ProcessResult, RotaError } from '@rota/core';

/** What launchd says of the agents of this user, by label: the process that runs, or `null`. @throws ROTA_BACKEND_UNAVAILABLE */
export async function loadedAgents(host: Host): Promise<ReadonlyMap<string, number | null>> {
  const result = await launchctl(host, ['list']);
  if (result.exitCode !== 0) throw unavailable(`launchctl list ended with ${result.exitCode}: ${result.stderr.trim()}`);
  const agents = new Map<string, number | null>();
  // PID or `-`, last exit status, label; the first line is the heading.
  for (const line of result.stdout.split('\n').slice(1)) {
    const [pid = '', , label] = line.split('\t');
    if (label !== undefined) agents.set(label, /^\d+$/.test(pid) ? Number(pid) : null);
  }
  return agents;
}

/** Hands a property list to launchd. */
export async function loadAgent(host: Host, path: string): Promise<void> {
  const result = await launchctl(host, ['bootstrap', domain(host), path]);
  if (result.exitCode !== 0)
    throw unavailable(`launchctl bootstrap ${path} ended with ${result.exitCode}: ${result.stderr.trim()}`);
}

/** Takes an agent from launchd; it is no error when launchd does not have it. */
export async function unloadAgent(host: Host, label: string): Promise<void> {
  const result = await launchctl(host, ['bootout', `${domain(host)}/${label}`]);
  // 3 and 113: there is no such service.
  if (result.exitCode !== 0 && result.exitCode !== 3 && result.exitCode !== 113)
    throw unavailable(`launchctl bootout ${label} ended with ${result.exitCode}: ${result.stderr.trim()}`);
}

/** Agents of the graphical session of the user: the domain in which `~/Library/LaunchAgents` is loaded. */
function domain({ user }: Host): string {
  return `gui/${user.uid}`;
}

function launchctl(host: Host, args: readonly string[]): Promise<ProcessResult> {
  return host.run({ file: 'launchctl', args, timeoutMs: 60_000 });
}

function unavailable(message: string): RotaError {
  return new RotaError('ROTA_BACKEND_UNAVAILABLE', message, { suggestions: ['Log in to the desktop of this user once.'] });
}
