import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { captureBundle } from '../bundle/capture/capture.ts';
import { verifyBundle } from '../bundle/restore/verify-bundle.ts';
import { bundleOfJob } from '../bundle/spec/define-bundle.ts';
import { openStore } from '../bundle/store/open-store.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { embedded } from '../embedded/embedded.ts';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import type { JobInput } from '../job/job-input.ts';
import type { LoadedPlugin } from '../plugin/plugin.ts';
import { setUpPlugins } from '../plugin/set-up-plugins.ts';
import { outputFolder } from '../run/attempt/output-log.ts';
import { instantText } from '../run/record/instant-text.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import { namespaceLayout } from '../state/layout.ts';

/** A Wednesday, four days before clocks go back in Europe, at 21:24 in Berlin. */
export const householdNow = Date.parse('2026-10-21T19:24:00Z');

/** A machine of a household, made for real in a folder: jobs applied, a month of history, bundles, two plugins. Its clock stands still. */
export interface Household {
  readonly host: Host;
  readonly rota: Rota;
}

type Habit = { readonly job: JobInput; readonly usualMs: number; readonly failsOn?: readonly number[]; readonly reason?: string };

/** Builds it below a folder. `jobs` adds others. */
export async function household(folder: string, jobs: readonly JobInput[] = []): Promise<Household> {
  const host = createHost({
    env: { HOME: folder, PATH: process.env.PATH },
    user: { name: 'ann', uid: 1000, home: folder },
    hostname: 'attic',
    timezone: 'Europe/Berlin',
    stateDir: join(folder, 'state'),
    now: () => householdNow,
  });
  const data = join(folder, 'var', 'home-assistant');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'configuration.yaml'), 'default_config:\n'.repeat(400));
  writeFileSync(join(data, 'home.db'), Buffer.alloc(180_000, 'rota'));
  const habits = habitsOf(data);
  const plugins = await pluginsOf(host);
  const rota = createRota({ host, backends: [embedded()], plugins });
  const declared = await declarationOf([...habits.map(({ job }) => job), ...jobs], { host, source: 'jobs.config.ts' });
  await rota.apply(await rota.plan(declared));
  for (const habit of habits) writeHistory(host, habit);
  const spec = bundleOfJob(declared.jobs.find(({ name }) => name === 'home-assistant') ?? fail());
  const store = openStore(host, 'default', spec);
  const { bundle } = await captureBundle({ host, namespace: 'default', spec, store });
  if (bundle !== null) {
    const path = await store.fetch(bundle, folder);
    await verifyBundle({ host, namespace: 'default', bundle: { sidecar: bundle, path }, level: 2, spec, store });
  }
  return { host, rota };
}

function habitsOf(data: string): readonly Habit[] {
  const home = { tenant: 'home', command: '/bin/true' };
  const zone = 'Europe/Berlin';
  const root = (name: string, path: string) => ({ roots: [{ name, path }] });
  return [
    {
      job: {
        ...home,
        name: 'backup',
        schedule: '30 2 * * *',
        timezone: zone,
        labels: { tier: 'nightly' },
        annotations: { owner: 'ann', docs: 'https://example.org/backup' },
        timeout: '2h',
        persistent: true,
      },
      usualMs: 754_000,
      failsOn: [12],
      reason: 'the repository is locked',
    },
    {
      job: {
        ...home,
        name: 'prune-snapshots',
        schedule: '30 2 * * sun',
        timezone: zone,
        labels: { tier: 'nightly' },
        timeout: '1h',
      },
      usualMs: 96_000,
    },
    { job: { ...home, name: 'media-scan', schedule: '0 */4 * * *', timezone: zone }, usualMs: 41_000 },
    {
      job: { ...home, name: 'certificates', schedule: '0 4 * * mon,thu', timezone: 'UTC', retry: { enabled: true } },
      usualMs: 5_300,
    },
    {
      job: {
        ...home,
        name: 'home-assistant',
        schedule: '15 3 * * *',
        timezone: zone,
        labels: { tier: 'nightly' },
        state: root('config', data),
      },
      usualMs: 8_900,
    },
    {
      job: { ...home, name: 'grafana', schedule: '45 3 * * *', timezone: zone, state: root('data', `${data}-grafana`) },
      usualMs: 2_100,
    },
    {
      job: { ...home, name: 'weather', schedule: '*/20 * * * *', timezone: zone, concurrency: 'queue' },
      usualMs: 820,
      failsOn: [3, 3, 17, 22],
      reason: 'exit 7',
    },
    {
      job: {
        tenant: 'acme-corp',
        name: 'report',
        schedule: '*/15 9-17 * * mon-fri',
        timezone: 'America/New_York',
        command: '/bin/true',
        labels: { team: 'web' },
      },
      usualMs: 12_400,
    },
    {
      job: {
        tenant: 'acme-corp',
        name: 'invoices',
        schedule: '0 6 * * mon',
        timezone: 'Asia/Kolkata',
        command: '/bin/true',
        labels: { team: 'web' },
        alerts: { desktop: true },
      },
      usualMs: 66_000,
    },
    {
      job: { ...home, name: 'offsite', schedule: '0 4 * * *', timezone: zone, dependsOn: ['backup'], timeout: '3h' },
      usualMs: 2_940_000,
      failsOn: [0, 1],
      reason: 'ssh: connect to host vault port 22: No route to host',
    },
    { job: { ...home, name: 'photos', on: { after: 'backup' } }, usualMs: 130_000 },
    { job: { ...home, name: 'old-sync', schedule: '10 * * * *', timezone: zone, paused: true }, usualMs: 3_000 },
  ];
}

/** A month of runs on the fire times of a job: lengths vary, and those of the given days (0 is today) end badly. */
function writeHistory(host: Host, { job, usualMs, failsOn = [], reason }: Habit): void {
  const {
    name = '',
    tenant = '',
    schedule,
    timezone = 'UTC',
    paused,
  } = job as { name?: string; tenant?: string; schedule?: string; timezone?: string; paused?: boolean };
  if (paused) return;
  const layout = namespaceLayout(host.stateDir, 'default');
  const now = householdNow / 1000;
  const rule = defineSchedule(schedule ?? '31 2 * * *', hostZone(host, schedule === undefined ? 'Europe/Berlin' : timezone));
  const fires = firesBetween(rule, now - 31 * 86_400, now);
  const months = new Map<string, string>();
  const bad = [...failsOn];
  for (const [index, at] of fires.entries()) {
    const age = Math.floor((now - at) / 86_400);
    const failing = bad.includes(age);
    if (failing) bad.splice(bad.indexOf(age), 1);
    const durationMs = Math.round(
      (failing ? 0.06 : 1) * usualMs * (1 + 0.35 * Math.sin(index * 1.7) + 0.2 * Math.sin(index / 5)),
    );
    const record: RunRecord = {
      tenant,
      name,
      runId: `0197${String(index).padStart(4, '0')}${name.length}`,
      scheduledAt: schedule === undefined ? null : instantText(at),
      startedAt: instantText(at + 1),
      endedAt: instantText(at + 1 + Math.ceil(durationMs / 1000)),
      status: failing ? 'failure' : 'success',
      exitCode: failing ? 255 : 0,
      signal: null,
      reason: failing ? (reason ?? null) : null,
      durationMs,
      attempts: 1,
      trigger: schedule === undefined ? 'event' : 'schedule',
      backend: 'embedded',
    };
    const month = record.endedAt.slice(0, 7);
    months.set(month, `${months.get(month) ?? ''}${JSON.stringify(record)}\n`);
    if (!failing) continue;
    const output = outputFolder(layout, { tenant, name });
    host.files.makeFolder(output, 0o700);
    host.files.write(
      join(output, `${record.runId}.log`),
      `sending incremental file list\n${reason ?? ''}\nrsync error: unexplained error (code 255)\n`,
    );
  }
  for (const [month, lines] of months) host.files.append(join(layout.runs, `${month}.jsonl`), lines);
}

async function pluginsOf(host: Host): Promise<readonly LoadedPlugin[]> {
  const entries = [
    {
      name: 'nix-update',
      apiVersion: 1,
      setup(api: { addStatus(read: () => object): void }) {
        api.addStatus(() => ({
          title: 'Nix',
          state: 'ok',
          summary: 'On the revision of 19 October; no reboot is needed.',
          facts: [
            { label: 'Revision', value: 'c3f1e0a' },
            { label: 'Last update', value: 'Mon 19 Oct, 02:14' },
            { label: 'Generation', value: '118, running' },
          ],
          data: {},
        }));
      },
    },
    {
      name: 'chezmoi-jj',
      apiVersion: 1,
      setup(api: { addStatus(read: () => object): void }) {
        api.addStatus(() => ({
          title: 'Dotfiles',
          state: 'attention',
          summary: 'Two files differ from the repository and wait for a person.',
          facts: [
            { label: 'Conflicts', value: '.config/fish/config.fish, .gitconfig' },
            { label: 'Last sync', value: 'Wed 21 Oct, 20:58' },
          ],
          data: {},
        }));
      },
    },
  ];
  const { plugins, issues } = await setUpPlugins(
    entries.map((entry) => ({ entry, file: 'jobs.config.ts' })),
    { host, namespace: 'default', identity: { hostname: host.hostname, labels: {} }, hosts: [] },
  );
  if (issues.length > 0) throw new Error(issues[0]?.message);
  return plugins;
}

function fail(): never {
  throw new Error('the household has no such job');
}
