import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
import type { Generation } from '../state/generation.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { type Fault, faultyHost } from './faulty-host.ts';
import { randomNumbers } from './random-numbers.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

const namespace = 'faults';
const modes: readonly Fault['mode'][] = ['error', 'kill', 'kill-after'];

/**
 * An apply, or a rollback, of which one effect (a file operation, a command) fails or is the last thing that its process does: after the recovery of the
 * next command the scheduler holds the old generation or the new one, whole, and everything of others as it was.
 */
export function faultTests({ describe, it }: TestFunctions, options: BackendConformanceOptions): void {
  const { faultRuns: runs = 6, faultSeed: seed = process.env.CI === undefined ? Date.now() % 2 ** 31 : 20_261_129 } = options;
  describe('an apply or a rollback that is cut off', () => {
    it(`leaves the old or the new generation, and what is foreign: ${runs} random plans of seed ${seed}`, async () => {
      const made = await options.makeHost();
      const foreign = (await options.foreign?.(made)) ?? '';
      // In memory where there is such a folder: every file of the state is synced, and a thousand applies would wait for the disk most of their time.
      const stateDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-faults-'));
      const host: Host = { ...made, stateDir };
      const machine = machineOf(options, host);
      const random = randomNumbers(seed);
      let most = 12;
      for (let run = 1; run <= runs; run++) {
        const fault: Fault = { at: 1 + random(most), mode: modes[random(modes.length)] ?? 'kill' };
        const [old, fresh] = [someJobs(random), someJobs(random)];
        const dying = faultyHost(host, fault);
        // Where both are the same there is one generation, and a rollback would go to another one.
        const back = random(4) === 0 && printJobs(old) !== printJobs(fresh);
        let ended = 'before its preparation';
        try {
          await machine.apply(host, old);
          if (back) await machine.apply(host, fresh);
          ended = await (back ? machine.goBack(dying) : machine.apply(dying, fresh)).then(() => 'well', messageOf);
          most = Math.max(most, dying.effects() - 1);
          buryDead(host);
          await recoverNamespace(host, [machine.backend], namespace);
          const wrong = [await machine.differences(old), await machine.differences(fresh)];
          assert.ok(wrong.includes(''), `neither the old generation (${wrong[0]}) nor the new one (${wrong[1]})`);
          if (options.foreign !== undefined) assert.equal(await options.foreign(made), foreign, 'what is foreign was touched');
        } catch (cause) {
          const lines = [
            `run ${run} of seed ${seed}: ${messageOf(cause)}`,
            `  ${back ? 'rollback' : 'apply'}: ${printJobs(back ? fresh : old)} -> ${printJobs(back ? old : fresh)}; it ended: ${ended}`,
            `  cut (${fault.mode}) at effect ${fault.at}: ${dying.cut() ?? 'not reached'}`,
            ...machine.generations().map((line) => `  ${line}`),
          ];
          throw new Error(lines.join('\n'), { cause });
        }
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
    /** What keeps this from being exactly what stands there, undamaged, by the state too; empty when nothing does. */
    async differences(jobs: readonly Job[]): Promise<string> {
      const { changes } = await planOf(host, jobs);
      const known = installedEntries(host, namespace).map(printJobKey).sort().join();
      const wrong = changes
        .filter(({ action, drift }) => action !== 'none' || drift !== undefined)
        .map(({ name, action, reasons, drift = [] }) =>
          [action, name, ...reasons, ...drift.map(({ kind, detail }) => `${kind} ${detail}`)].join(' '),
        );
      return [...wrong, ...(known === jobs.map(printJobKey).sort().join() ? [] : [`the state has ${known || 'none'}`])].join(
        '; ',
      );
    },
    /** One line for each kept generation. */
    generations(): readonly string[] {
      const layout = namespaceLayout(host.stateDir, namespace);
      const current = readNamespaceRecord(host.files, layout)?.current;
      return listGenerations(host.files, layout).map((number) => {
        const kept = readGeneration<Generation<Job>>(host.files, layout, number);
        const jobs = printJobs((kept?.entries ?? []).map(({ job }) => job));
        return `generation ${number}${number === current ? ' (current)' : ''}: ${kept?.cause}, ${jobs}`;
      });
    },
  };
}

function printJobs(jobs: readonly Job[]): string {
  const one = ({ name, trigger, paused }: Job): string =>
    `${name} ${trigger.kind === 'schedule' ? trigger.expression : trigger.kind}${paused ? ' paused' : ''}`;
  return `[${jobs.map(one).join(', ')}]`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
