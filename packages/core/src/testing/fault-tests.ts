import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyPlan } from '../apply/apply-plan.ts';
import { installedEntries } from '../apply/installed-entries.ts';
import { recoverNamespace } from '../apply/recover-namespace.ts';
import { rollback } from '../apply/rollback.ts';
import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { type Fault, faultyHost } from './faulty-host.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

const namespace = 'faults';
const modes: readonly Fault['mode'][] = ['error', 'kill', 'kill-after'];

/**
 * An apply, or a rollback, of which one effect (a file operation, a command) fails or is the last thing that its process does: after the recovery of the
 * next command the scheduler holds the old generation or the new one, whole, and everything of others as it was.
 */
export function faultTests({ describe, it }: TestFunctions, options: BackendConformanceOptions): void {
  const { faultRuns: runs = 6 } = options;
  describe('an apply or a rollback that is cut off', () => {
    it(`leaves the old or the new generation, and what is foreign: ${runs} random plans`, async () => {
      const made = await options.makeHost();
      const foreign = (await options.foreign?.(made)) ?? '';
      const stateDir = mkdtempSync(join(tmpdir(), 'rota-faults-'));
      const host: Host = { ...made, stateDir };
      const machine = machineOf(options, host);
      const seed = options.faultSeed ?? Date.now() % 2 ** 31;
      const random = randomNumbers(seed);
      let most = 12;
      for (let run = 1; run <= runs; run++) {
        const fault: Fault = { at: 1 + random(most), mode: modes[random(modes.length)] ?? 'kill' };
        const [old, fresh] = [someJobs(random), someJobs(random)];
        const about = `run ${run} of seed ${seed}, effect ${fault.at} (${fault.mode})`;
        await machine.apply(host, old);
        const dying = faultyHost(host, fault);
        const back = random(4) === 0;
        if (back) await machine.apply(host, fresh);
        await (back ? machine.goBack(dying) : machine.apply(dying, fresh)).catch(() => undefined);
        most = Math.max(most, dying.effects() - 1);
        buryDead(host);
        await recoverNamespace(host, [machine.backend], namespace);
        const [isOld, isNew] = [await machine.holds(old), await machine.holds(fresh)];
        assert.ok(isOld || isNew, `${about}: neither the old generation nor the new one`);
        if (options.foreign !== undefined) assert.equal(await options.foreign(made), foreign, about);
      }
      await machine.goBack(host, 'nothing');
      assert.deepEqual(await machine.backend.list(host, { namespace, expected: new Map() }), []);
      rmSync(stateDir, { recursive: true, force: true });
    });
  });
}

function machineOf({ backend: plain, dialect }: BackendConformanceOptions, host: Host) {
  // Whether it can be used here is not the question; the caller's host says how.
  const backend: Backend = { ...plain, detect: async () => ({ usable: true, dialect, findings: [] }) };
  const planOf = (on: Host, jobs: readonly Job[]): Promise<Plan> =>
    makePlan({
      host: on,
      backends: [backend],
      backend: backend.name,
      declared: { namespace, source: 'test', jobs, excluded: [], hostname: 'here', warnings: [], removals: { maxShare: 1 } },
    });
  return {
    backend,
    async apply(on: Host, jobs: readonly Job[]): Promise<void> {
      await applyPlan({ host: on, backends: [backend], plan: await planOf(on, jobs) });
    },
    async goBack(on: Host, kind: 'generation' | 'nothing' = 'generation'): Promise<void> {
      await rollback({ host: on, backends: [backend], namespace, to: { kind } });
    },
    /** Whether exactly these stand there, undamaged, and the state says so too. */
    async holds(jobs: readonly Job[]): Promise<boolean> {
      const { changes } = await planOf(host, jobs);
      const known = installedEntries(host, namespace).map(printJobKey).sort();
      const there = changes.every(({ drift }) => drift === undefined);
      return there && !hasChanges({ changes }) && known.join() === jobs.map(printJobKey).sort().join();
    },
  };
}

/** The process that died was this one, which lives: its locks are taken away, as the next process would break them. */
function buryDead(host: Host, folder = host.stateDir): void {
  for (const name of host.files.list(folder)) {
    const path = join(folder, name);
    const isFolder = host.files.facts(path)?.kind === 'folder';
    if (isFolder && /^(try|held)\./.test(name)) host.files.removeFolder(path);
    else if (isFolder) buryDead(host, path);
    else if (/(^|\.)lock(\.break)?$/.test(name)) host.files.remove(path);
  }
}

function someJobs(random: (below: number) => number): readonly Job[] {
  return ['a', 'b', 'c', 'd']
    .filter(() => random(3) > 0)
    .map((name) =>
      sampleJob(name, {
        trigger: { kind: 'schedule', expression: `30 ${2 + random(3)} * * *`, timezone: 'UTC' },
        paused: random(5) === 0,
      }),
    );
}

/** Numbers below a bound, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
