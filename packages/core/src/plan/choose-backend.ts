import type { Availability, Backend, Capabilities } from '../backend/backend.ts';
import { nearest } from '../errors/nearest.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';

/** Best first: what the operating system starts by itself, then cron, then a process of our own. */
const preference = ['systemd', 'taskscheduler', 'cron', 'embedded'];

/** A backend that was found usable, and how. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly availability: Availability;
  /** Of the dialect that is here. */
  readonly capabilities: Capabilities;
}

/** Looks at each backend at most once. */
export type BackendFinder = (name: string) => Promise<ChosenBackend>;

/** @throws (from the finder) ROTA_BACKEND_UNKNOWN, ROTA_BACKEND_UNAVAILABLE */
export function backendFinder(host: Host, backends: readonly Backend[]): BackendFinder {
  const found = new Map<string, Promise<ChosenBackend>>();
  return (name) => {
    const known = found.get(name) ?? findBackend(host, backends, name);
    found.set(name, known);
    return known;
  };
}

/**
 * The backend of a namespace: what the caller or the declaration asks for, else what the first apply recorded, else the best that is there.
 * A recorded backend that cannot be reached is an error, never a silent move.
 *
 * @throws ROTA_BACKEND_UNKNOWN, ROTA_BACKEND_UNAVAILABLE
 */
export async function chooseBackend(
  host: Host,
  backends: readonly Backend[],
  find: BackendFinder,
  wanted: string | undefined,
  allowed: readonly string[] | undefined,
): Promise<ChosenBackend> {
  if (wanted !== undefined) return find(wanted);
  const reasons: string[] = [];
  const rank = (name: string): number => (preference.includes(name) ? preference.indexOf(name) : preference.length);
  for (const backend of [...backends].sort((a, b) => rank(a.name) - rank(b.name))) {
    if (allowed !== undefined && !allowed.includes(backend.name)) continue;
    const availability = await backend.detect(host);
    if (availability.usable) return chosen(backend, availability);
    reasons.push(
      `${backend.name}: ${availability.findings.find((finding) => finding.severity === 'error')?.message ?? 'not usable here'}`,
    );
  }
  throw new RotaError('ROTA_BACKEND_UNAVAILABLE', `No backend can be used on this machine. ${reasons.join(' ')}`, {
    suggestions: [
      'Start one of these schedulers, or run jobs in a process of their own: --backend embedded, then `rota run-all`.',
    ],
  });
}

function chosen(backend: Backend, availability: Availability): ChosenBackend {
  return { backend, availability, capabilities: backend.capabilities(availability.dialect) };
}

async function findBackend(host: Host, backends: readonly Backend[], name: string): Promise<ChosenBackend> {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend === undefined) {
    const names = backends.map((candidate) => candidate.name);
    const near = nearest(name, names);
    throw new RotaError('ROTA_BACKEND_UNKNOWN', `There is no backend \`${name}\`; there are ${names.join(', ')}.`, {
      suggestions: near === undefined ? [] : [`Did you mean \`${near}\`?`],
    });
  }
  const availability = await backend.detect(host);
  if (availability.usable) return chosen(backend, availability);
  const errors = availability.findings.filter((finding) => finding.severity === 'error');
  throw new RotaError(
    'ROTA_BACKEND_UNAVAILABLE',
    `The backend ${name} cannot be used now. ${errors.map((finding) => finding.message).join(' ') || 'It gave no reason.'}`,
    { suggestions: errors.flatMap((finding) => (finding.remedy === undefined ? [] : [finding.remedy])) },
  );
}
