// Planning a registry of targets, against what it is planned from: `git diff --name-only` of the same two commits, and nothing else.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost, planTargets } from '@rota/core';

export const name = 'targets';

const services = 500;
const filesEach = 100;
const changedEach = 20;
const rounds = 60;

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

/** A registry as a repository of services has it: a folder each, what they share, the flake. */
const targetsOf = (root) =>
  Array.from({ length: services }, (_, index) => ({
    name: `service-${index}`,
    tenant: 'acme',
    labels: {},
    flake: root,
    attrs: { 'x86_64-linux': `packages.x86_64-linux.service-${index}` },
    hints: [`services/s${index}/**`, `lib/shared-${index % 20}/**`, '!**/*.md'],
    inputs: ['nixpkgs'],
    dependsOn: index % 10 === 0 ? [] : [`service-${index - (index % 10)}`],
  }));

const seconds = async (work) => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

/** Reads all that the command prints, as whoever uses it has to. */
const gitDiff = (root, base) =>
  new Promise((resolve, reject) => {
    const child = spawn('git', ['diff', '--name-only', base, 'HEAD'], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(parts).toString('utf8').split('\n').length - 1));
  });

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-targets-'));
  try {
    const root = join(folder, 'repository');
    mkdirSync(root);
    const git = (...args) => execFileSync('git', args, { cwd: root, env: environment, encoding: 'utf8' }).trim();
    git('init', '--quiet', '--initial-branch=main');
    // The one collection below is the only one, so that every object is where it will be measured.
    git('config', 'gc.auto', '0');
    for (let service = 0; service < services; service += 1) {
      mkdirSync(join(root, `services/s${service}`), { recursive: true });
      for (let file = 0; file < filesEach; file += 1)
        writeFileSync(join(root, `services/s${service}/f${file}.nix`), `${service} ${file}\n`);
    }
    writeFileSync(join(root, 'flake.nix'), '{}\n');
    git('add', '--all');
    git('commit', '--quiet', '--message=before');
    const base = git('rev-parse', 'HEAD');
    for (let service = 0; service < services; service += 1)
      for (let file = 0; file < changedEach; file += 1)
        writeFileSync(join(root, `services/s${service}/f${file}.nix`), `new ${service} ${file}\n`);
    git('add', '--all');
    git('commit', '--quiet', '--message=after');
    git('gc', '--quiet');
    const host = createHost({ stateDir: join(folder, 'state'), env: environment });
    const input = { host, namespace: 'default', baseDir: root, targets: targetsOf(root), systems: ['x86_64-linux'], since: base };
    const [diffs, plans] = [[], []];
    // One after the other, so that whatever else the machine does falls on both.
    for (let round = 0; round < rounds; round += 1) {
      diffs.push(
        await seconds(async () => {
          const paths = await gitDiff(root, base);
          if (paths !== services * changedEach) throw new Error(`git sees ${paths} paths`);
        }),
      );
      plans.push(
        await seconds(async () => {
          const { targets } = await planTargets(input);
          const reasons = targets.reduce((sum, target) => sum + target.reasons.filter(({ path }) => path !== null).length, 0);
          if (reasons !== services * changedEach) throw new Error(`planned ${reasons} reasons`);
        }),
      );
    }
    const [diff, plan] = [Math.min(...diffs), Math.min(...plans)];
    return [
      { name: 'git diff --name-only, 10,000 paths of 50,000', value: diff * 1000, unit: 'ms', bound: null, ok: true },
      { name: 'plan 500 targets / git diff alone', value: plan / diff, unit: 'x', bound: 1.5, ok: plan / diff <= 1.5 },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
