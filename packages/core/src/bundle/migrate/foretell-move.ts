import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { throughProgram } from '../format/stream-parts.ts';
import { type SshPlace, sshScript } from '../ssh-command.ts';
import { type Forecast, forecastDowntime } from './forecast.ts';
import type { MigrateInput } from './migrate-input.ts';
import type { MigrationPlan } from './plan-migration.ts';
import { changedSince, type ScannedEntry, scanState } from './scan-state.ts';
import { stateHasher } from './state-digest.ts';
import { timeDumps } from './time-dumps.ts';
import { readTimings } from './timings.ts';

/** So much is read to learn the pace of reading. */
const sampleBytes = 256 * 1024 * 1024;
/** Whatever is written at all is mostly written again within so long. */
const watchMs = 3_000;

/**
 * Foretells the downtime of a move without sending anything of the state: the state is looked at twice and what changed meanwhile counts as what
 * would be sent while the service stands still; the pace of reading and that of the line are measured.
 */
export async function foretellMove(input: MigrateInput, plan: MigrationPlan): Promise<Forecast> {
  const { host, namespace, spec, signal } = input;
  const begun = host.now();
  const before = await scan(input, plan);
  const { hashedBytes, hashMs } = await stateHasher(host.now, signal).digest(sample(before.entries.values()));
  const line = await measureLine(input.to, host.now);
  await wait(Math.max(0, watchMs - (host.now() - begun)), undefined, signal === undefined ? {} : { signal });
  const after = await scan(input, plan);
  const changed = changedSince(before.entries, after.entries.values());
  const changedBytes = changed.reduce((sum, { size }) => sum + size, 0);
  return forecastDowntime({
    budgetMs: spec.downtimeBudgetMs,
    scanMs: Math.max(before.scanMs, after.scanMs),
    // Each root that has changed is a connection of its own.
    sendMs: new Set(changed.map(({ root }) => root)).size * line.connectMs + (changedBytes * 1000) / line.bytesPerSecond,
    sendFrom: 'estimated',
    changedBytes,
    hashBytesPerSecond: hashMs > 0 ? (hashedBytes * 1000) / hashMs : 0,
    reissues: spec.hooks.reissue.length,
    dumps: await timeDumps(host, namespace, spec, signal),
    sendBytesPerSecond: line.bytesPerSecond,
    earlier: readTimings(host, namespace, spec),
  });
}

async function scan(
  { host, signal }: MigrateInput,
  { roots }: MigrationPlan,
): Promise<{ readonly entries: ReadonlyMap<string, ScannedEntry>; readonly scanMs: number }> {
  const begun = host.now();
  const entries = new Map<string, ScannedEntry>();
  for await (const entry of scanState(roots, { nowMs: begun, signal })) entries.set(entry.name, entry);
  return { entries, scanMs: host.now() - begun };
}

async function* sample(entries: Iterable<ScannedEntry>): AsyncGenerator<ScannedEntry> {
  let bytes = 0;
  for (const entry of entries) {
    yield entry;
    bytes += entry.size;
    if (bytes >= sampleBytes) return;
  }
}

/** What a connection takes, and how much a second goes through it; nothing is kept there. */
async function measureLine(
  place: SshPlace,
  now: () => number,
): Promise<{ readonly connectMs: number; readonly bytesPerSecond: number }> {
  const send = async (pieces: number): Promise<number> => {
    const begun = now();
    async function* content(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < pieces; at++) yield noise;
    }
    for await (const _ of throughProgram(content(), 'ssh', sshScript(place, 'cat >/dev/null')));
    return now() - begun;
  };
  const connectMs = await send(0);
  const first = (await send(1)) - connectMs;
  // A fast line tells nothing with so little.
  const [pieces, ms] = first > 250 ? [1, first] : [16, (await send(16)) - connectMs];
  return { connectMs, bytesPerSecond: (pieces * noise.length * 1000) / Math.max(1, ms) };
}

/** It does not get less by compression. */
const noise = randomBytes(1024 * 1024);
