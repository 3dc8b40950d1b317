// Planning from YAML manifests on disk, against parsing the same files with `yaml` and nothing else.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemd } from '@rota/backend-systemd';
import { createHost, loadDeclaration, makePlan } from '@rota/core';
import { parseAllDocuments } from 'yaml';

export const name = 'plan';

const zones = ['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe'];
/** Fifty distinct schedules, as a large household has them: many jobs share a nightly hour. */
const schedules = Array.from({ length: 50 }, (_, i) => ({
  text: `${(i * 7) % 60} ${i % 24} * * ${i % 3 === 0 ? '1-5' : '*'}`,
  zone: zones[i % zones.length],
}));

const manifest = (index) => {
  const { text, zone } = schedules[index % schedules.length];
  return `apiVersion: v1
kind: Job
metadata:
  name: job-${index}
  tenant: tenant-${index % 7}
  labels: { app: app-${index % 100}, tier: nightly }
spec:
  schedule: "${text}"
  timezone: ${zone}
  command: /usr/bin/backup
  args: ["--target", "volume-${index}", "--quiet"]
  timeout: 10m
  env:
    TARGET: volume-${index}
`;
};

/** A machine whose systemd answers at once: what is measured is our work, not the scheduler's. */
const quietSystemd = async ({ args }) => {
  const stdout = args.includes('Version') ? '257 (257.13-1)\n' : '';
  return { exitCode: 0, signal: null, stdout, stderr: '', timedOut: false };
};

const seconds = async (work) => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

async function measure(count, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-plan-'));
  try {
    const jobs = join(folder, 'jobs');
    mkdirSync(jobs);
    const files = Array.from({ length: count }, (_, index) => join(jobs, `job-${index}.yaml`));
    for (const [index, file] of files.entries()) writeFileSync(file, manifest(index));
    const host = createHost({
      stateDir: join(folder, 'state'),
      env: { HOME: folder, PATH: process.env.PATH, XDG_RUNTIME_DIR: folder },
      user: { name: 'bench', uid: 1000, home: folder },
      run: quietSystemd,
    });
    let parsed = Number.POSITIVE_INFINITY;
    let planned = Number.POSITIVE_INFINITY;
    for (let round = 0; round < rounds; round += 1) {
      parsed = Math.min(
        parsed,
        await seconds(async () =>
          files.forEach((file) => void parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS())),
        ),
      );
      planned = Math.min(
        planned,
        await seconds(async () => {
          const declared = await loadDeclaration(host, { files: [jobs] });
          const plan = await makePlan({ host, backends: [systemd()], declared, backend: 'systemd' });
          if (plan.summary.create !== count) throw new Error(`planned ${plan.summary.create} of ${count}`);
        }),
      );
    }
    return { parsed, planned };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function run() {
  const small = await measure(1_000, 9);
  const large = await measure(10_000, 3);
  const growth = large.planned / small.planned;
  return [
    {
      name: 'plan 1,000 manifests / yaml alone',
      value: small.planned / small.parsed,
      unit: 'x',
      bound: 2,
      ok: small.planned / small.parsed <= 2,
    },
    {
      name: 'plan 10,000 manifests / yaml alone',
      value: large.planned / large.parsed,
      unit: 'x',
      bound: 2,
      ok: large.planned / large.parsed <= 2,
    },
    { name: 'plan 10,000 / plan 1,000 (linear: 10)', value: growth, unit: 'x', bound: 13, ok: growth <= 13 },
  ];
}
