import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Part } from '@rota/test-support';
import type { ProcessRunner } from '../../host/process-runner.ts';

const tree = process.env.ROTA_TESTHOST_BASE ?? '/var/cache/rota-testhost';

/** A restic that tells its failures apart: that of this machine, else the one in the tree of the test machines, which is Debian's newer one. */
function findRestic(): string | undefined {
  const candidates = [...(process.env.PATH ?? '').split(delimiter), join(tree, 'usr/bin')].map((folder) =>
    join(folder, 'restic'),
  );
  return candidates.find((file) => {
    if (!existsSync(file)) return false;
    try {
      const [, minor = 0] = /^restic 0\.(\d+)\./.exec(execFileSync(file, ['version']).toString()) ?? [];
      return Number(minor) > 17;
    } catch {
      return false;
    }
  });
}

const found = findRestic();

/** Where it is. */
export const resticFile = found ?? 'restic';

export const resticPart: Part = { name: 'restic 0.18', present: found !== undefined, install: 'sudo scripts/testhost.sh build' };

/** Starts that restic, with variables of its own, where `restic` is asked for. */
export function runnerWithRestic(run: ProcessRunner, env: Readonly<Record<string, string>>): ProcessRunner {
  return async (request) =>
    await run(
      request.file === 'restic' && found !== undefined ? { ...request, file: found, env: { ...env, ...request.env } } : request,
    );
}
