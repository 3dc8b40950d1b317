import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterFile } from '@rota/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { ownIdentity } from '../../state/process-identity.ts';
import { tryHold } from './exclusive.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rota-exclusive-'));
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  const { build } = await import(createRequire(createRequire(import.meta.url).resolve('tsup')).resolve('esbuild'));
  const source = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  // Adds to a counter without any protection but the lock; dies in the middle when told so.
  const contents = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { holdBriefly } from ${source('./exclusive.ts')};
    import { nodeFiles } from ${source('../../host/node-files.ts')};
    const [resource, counter, times, dieAt] = process.argv.slice(2);
    for (let i = 0; i < Number(times); i++) holdBriefly(nodeFiles, resource, () => {
      const value = Number(readFileSync(counter, 'utf8'));
      if (i === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      writeFileSync(counter, String(value + 1));
    });`;
  program = join(folder, 'contender.cjs');
  await build({
    stdin: { contents, resolveDir: folder },
    outfile: program,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    logLevel: 'silent',
  });
});

const contender = (resource: string, counter: string, times: number, dieAt = -1): Promise<unknown> =>
  new Promise((resolve) =>
    spawn(process.execPath, [program, resource, counter, String(times), String(dieAt)], { stdio: 'inherit' }).on(
      'close',
      resolve,
    ),
  );

describe('a resource', () => {
  it('is held by one process at a time, also when holders are killed', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    const resource = join(folder, 'resource');
    await Promise.all([
      contender(resource, counter, 30),
      contender(resource, counter, 30),
      contender(resource, counter, 30, 10),
      contender(resource, counter, 30, 20),
    ]);
    expect(Number(readFileSync(counter, 'utf8'))).toBe(90);
    expect(tryHold(nodeFiles, resource).held).toBe(true);
  });

  it('is not held by a process of an earlier boot, nor by another one with the same pid', () => {
    const { pid, startTicks, bootId } = ownIdentity(nodeFiles);
    for (const other of [`${pid}.${startTicks}.another-boot.1`, `${pid}.1.${bootId}.1`, `999999999.1.${bootId}.1`]) {
      const resource = join(folder, `stale-${other}`);
      mkdirSync(join(resource, `held.${other}`), { recursive: true });
      const attempt = tryHold(nodeFiles, resource);
      expect(attempt.held).toBe(true);
      if (attempt.held) attempt.release();
      expect(nodeFiles.list(resource)).toEqual([]);
    }
  });

  it('says who holds it', () => {
    const resource = join(folder, 'mine');
    const first = tryHold(nodeFiles, resource);
    expect(tryHold(nodeFiles, resource)).toMatchObject({ held: false, holder: { pid: process.pid } });
    if (first.held) first.release();
    expect(tryHold(nodeFiles, resource).held).toBe(true);
  });
});
