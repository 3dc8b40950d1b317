import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { hasArtifact } from '../artifact.ts';
import { freeBytes } from '../capture/plan-capture.ts';
import { hindranceAt } from '../restore/hindrance.ts';
import type { PrepareRequest } from './arrival.ts';
import { type Prepared, protocolVersion } from './protocol.ts';
import { readTombstone } from './tombstone.ts';

/** Looks whether a service can move to this machine, and changes nothing. Every problem is told at once, each with its remedy. */
export async function inspectTarget(host: Host, request: PrepareRequest): Promise<Prepared> {
  const { spec, bases } = request;
  const problems: string[] = [];
  const here = host.hostname;
  if (request.version !== protocolVersion)
    problems.push(
      `Rota on ${here} speaks version ${protocolVersion} of migrations, not ${request.version}; use the same version on both.`,
    );
  if (!(await answers(host, 'rsync', ['--version']))) problems.push(`rsync is not installed on ${here}: apt-get install rsync`);
  const wasHere = readTombstone(host, request.namespace, spec) !== undefined;
  const free: Record<string, number> = {};
  for (const { name, path } of spec.roots) {
    if (bases[name] === undefined) continue;
    free[name] = freeBytes(nearestFolder(path));
    if (!existsSync(path)) continue;
    if (!wasHere && !request.replace && !isEmpty(path))
      problems.push(`${path} (root ${name}) is not empty on ${here}; with --replace it is kept beside and replaced.`);
    const hindrance = hindranceAt(path, host);
    if (hindrance !== undefined) problems.push(`On ${here}: ${hindrance.message} ${hindrance.suggestions[0] ?? ''}`);
  }
  for (const { name, scope, running } of spec.services) {
    const [file = '', ...args] = running;
    const systemctl = scope === 'user' ? ['--user'] : [];
    if (scope !== undefined && !(await answers(host, 'systemctl', [...systemctl, 'cat', name])))
      problems.push(
        `The unit ${name} is not installed on ${here} (scope ${scope}); install the program and its unit there first.`,
      );
    else if (await answers(host, file, args)) problems.push(`${name} runs on ${here} already; stop it there first.`);
  }
  if (request.artifact !== undefined && !(await hasArtifact(host, request.artifact)))
    problems.push(
      `The artifact ${request.artifact} is not on ${here}; with --with-artifact it is sent, if it is in the store of nix.`,
    );
  return { hostname: here, nowMs: host.now(), problems, notes: [], free, fresh: {}, dumps: '', verdict: '' };
}

/** The deepest folder of a path that is there. */
export function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function isEmpty(path: string): boolean {
  return lstatSync(path).isDirectory() && readdirSync(path).length === 0;
}

async function answers(host: Host, file: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await host.run({ file, args, timeoutMs: 30_000 })).exitCode === 0;
  } catch (error) {
    if (isRotaError(error)) return false;
    throw error;
  }
}
