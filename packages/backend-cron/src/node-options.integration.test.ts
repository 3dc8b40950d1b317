import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRota } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { commandPart, cronPart, repositoryRoot, requirePart, rootPart } from '@rota/test-support';
import { expect, it } from 'vitest';
import { cron } from './cron.ts';
import { virtualCron } from './virtual-cron.test-support.ts';

const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};

requirePart(
  rootPart,
  cronPart,
  commandPart('cc', 'gcc'),
  runner,
)('a crontab with NODE_OPTIONS above our lines', () => {
  it('starts the job all the same, hands it what was meant for it, and records the run', async () => {
    const machine = await virtualCron('debian', 'UTC');
    const out = join(machine.folder, 'out');
    const trigger = { kind: 'schedule', expression: '5 0 * * *', timezone: 'UTC' } as const;
    const job = sampleJob('node', { trigger, command: ['/bin/sh', '-c', `echo "$NODE_OPTIONS|$NODE_PATH" >${out}`] });
    const rota = createRota({ host: machine.host, backends: [cron()] });
    const { hostname } = machine.host;
    const start = Date.UTC(2026, 5, 1) / 1000;
    machine.setClock(start);
    const declared = { namespace: 'default', source: 'test', hostname, jobs: [job], excluded: [], warnings: [] };
    await rota.apply(await rota.plan(declared, { backend: 'cron' }));
    const table = `NODE_OPTIONS=--require /nowhere/gone.cjs\nNODE_PATH=/nowhere\n${await machine.table()}`;
    await machine.host.run({ file: 'crontab', args: ['-'], input: table });
    await machine.live(start, start + 600, 'restart');
    expect(readFileSync(out, 'utf8')).toBe('--require /nowhere/gone.cjs|/nowhere\n');
    expect((await rota.history()).map(({ status, scheduledAt }) => [status, scheduledAt])).toEqual([
      ['success', '2026-06-01T00:05:00Z'],
    ]);
  });
});
