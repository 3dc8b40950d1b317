import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend, CompileInput } from '../backend/backend.ts';
import type { Feature } from '../backend/feature.ts';
import type { ConcurrencyPolicy, Job } from '../job/job.ts';
import { sampleInput } from './compile-sample.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { inverted } from './lifecycle-tests.ts';
import { requestsOf } from './native-requests.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

const policies: readonly ConcurrencyPolicy[] = ['forbid', 'queue', 'allow', 'replace'];

/** How long the job of the time-out test would run, and when it is to be ended. */
const [wholeSeconds, timeoutMs] = [10, 1000];

/** What a backend claims beyond schedule, events and `paused`: nobody else does it then, so the entry has to ask the scheduler for it. */
export function nativeTests({ describe, it }: TestFunctions, given: BackendConformanceOptions): void {
  const { dialect, byLaunchFile = [], runToEnd } = given;
  const { native } = given.backend.capabilities(dialect);
  const backend = withHistory(given.backend);
  const options: BackendConformanceOptions = { ...given, backend };
  // One that the scheduler has, so that the sample needs no runner for it.
  const policy = policies.find((one) => native.includes(`concurrency.${one}`)) ?? 'forbid';
  const jobWith = (change: Partial<Job>): Job => sampleJob('a', { concurrency: { policy, locks: [] }, ...change });
  const decided = (job: Job, feature: Feature) => sampleInput(options, job).lowering.features[feature];
  const claims = native.filter((feature) => requestsOf(feature) !== undefined && !byLaunchFile.includes(feature));

  if (claims.length === 0) return;

  describe('what it claims', () => {
    for (const feature of claims) {
      it(`is asked of the scheduler: ${feature}`, () => {
        const [without, ...requests] = requestsOf(feature) ?? [];
        const entries = new Map<string, string>();
        for (const request of [without ?? {}, ...requests]) {
          const job = jobWith(request);
          if (request !== without) {
            const asked = decided(job, feature);
            assert.equal(asked, 'native', `it claims \`${feature}\`, which the ${asked} does here: leave it out of \`native\``);
          }
          const declared = request === without ? 'one without it' : JSON.stringify(request);
          const entry = entryText(options, job);
          const same = entries.get(entry);
          assert.equal(same, undefined, `it claims \`${feature}\`, and installs the same for ${declared} as for ${same}`);
          entries.set(entry, declared);
        }
      });
    }

    if (runToEnd !== undefined && claims.includes('timeout')) {
      it('is done by the scheduler: a job that is still running at its time-out is ended', async () => {
        const folder = mkdtempSync(join(tmpdir(), 'rota-timeout-'));
        try {
          const [began, ended] = [join(folder, 'began'), join(folder, 'ended')];
          // The scheduler may run it as somebody else; and where nobody else can put a file, nobody can put a link that the job would follow.
          for (const file of [began, ended]) {
            writeFileSync(file, '');
            chmodSync(file, 0o666);
          }
          chmodSync(folder, 0o755);
          const script = `echo >'${began}'; sleep ${wholeSeconds}; echo >'${ended}'`;
          const job = jobWith({ command: ['/bin/sh', '-c', script], timeoutMs });
          const { artifact } = backend.compile({ ...sampleInput(options, job), home: folder });
          const step = {
            tenant: job.tenant,
            name: job.name,
            before: null,
            after: artifact,
            handledUntil: Math.floor(Date.now() / 1000),
          };
          const host = await given.makeHost();
          try {
            await backend.apply(host, { namespace: 'default', changes: [step], dialect });
            await runToEnd.call(given, host, 'default', job);
          } finally {
            await backend.apply(host, { namespace: 'default', changes: [inverted(step)], dialect });
          }
          assert.ok(statSync(began).size > 0, '`runToEnd` came back, and the job had not run');
          assert.ok(
            statSync(ended).size === 0,
            `it claims \`timeout\`, and a job of ${wholeSeconds} s with a time-out of ${timeoutMs} ms ran to its end`,
          );
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  });
}

/** A scheduler that keeps no history leaves every job to the runner; what it claims to do with a job of its own is tried all the same. */
function withHistory(backend: Backend): Backend {
  return {
    ...backend,
    capabilities(dialect) {
      const capabilities = backend.capabilities(dialect);
      return { ...capabilities, native: [...new Set([...capabilities.native, 'history', 'output'] as const)] };
    },
  };
}

/** What is installed for a job, without what differs by the job as a whole: the launch file's name and the digest. */
function entryText({ backend, ...context }: BackendConformanceOptions, job: Job): string {
  const input: CompileInput = sampleInput({ backend, ...context }, job);
  const { files, digest } = backend.compile({
    ...input,
    ...(input.launchFile === undefined ? {} : { launchFile: `${input.home}/launch.json` }),
  }).artifact;
  const quoted = JSON.stringify(digest).slice(1, -1);
  return JSON.stringify(files.map(({ name, content }) => [name, content.replaceAll(digest, '').replaceAll(quoted, '')]));
}
