import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRota } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { commandPart, cronPart, repositoryRoot, requirePart, rootPart } from '@rota/test-support';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeWithDaemon } from '../../../scripts/oracles/built-daemon.ts';
import { cron } from './cron.ts';
import { virtualCron } from './virtual-cron.test-support.ts';

const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};
const describes = {
  debian: requirePart(rootPart, cronPart, commandPart('cc', 'gcc'), runner),
  cronie: describeWithDaemon('cronie'),
  busybox: describeWithDaemon('busybox-crond'),
} as const;

/** Arguments, and as many variables, of each job. */
const each = 500;
const jobCount = process.env.ROTA_LONG ? 10 : 1;
const seed = Number(process.env.ROTA_SEED ?? 4);

for (const dialect of ['debian', 'cronie', 'busybox'] as const) {
  describes[dialect](`a job that the daemon of ${dialect} starts`, () => {
    it(`gets its arguments and environment as declared: ${jobCount * each * 2} random values`, async () => {
      // Every Unicode scalar value but NUL.
      const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
      const values = fc.sample(text, { numRuns: jobCount * each * 2, seed });
      const machine = await virtualCron(dialect, 'UTC');
      const script = `require('fs').writeFileSync(process.argv[1], JSON.stringify([process.argv.slice(2), Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('V_')))]))`;
      const trips = Array.from({ length: jobCount }, (_, index) => {
        const own = values.slice(index * each * 2, (index + 1) * each * 2);
        const env = Object.fromEntries(own.slice(each).map((value, at) => [`V_${at}`, value]));
        return { seen: join(machine.folder, `seen-${index}`), args: own.slice(0, each), env };
      });
      const jobs = trips.map(({ seen, args, env }, index) =>
        sampleJob(`trip-${index}`, {
          trigger: { kind: 'schedule', expression: '5 0 * * *', timezone: 'UTC' },
          command: [process.execPath, '-e', script, '--', seen, ...args],
          // As it is declared, `$${` stands for `${`.
          env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll('${', () => '$${')])),
        }),
      );
      const rota = createRota({ host: machine.host, backends: [cron()] });
      const declared = {
        namespace: 'default',
        source: 'test',
        hostname: machine.host.hostname,
        jobs,
        excluded: [],
        warnings: [],
      };
      const start = Date.UTC(2026, 5, 1) / 1000;
      machine.setClock(start);
      await rota.apply(await rota.plan(declared, { backend: 'cron' }));
      await machine.live(start, start + 600, 'restart');
      for (const { seen, args, env } of trips) {
        const [gotArgs, gotEnv] = JSON.parse(readFileSync(seen, 'utf8'));
        expect(gotArgs, `seed ${seed}`).toEqual(args);
        expect(gotEnv, `seed ${seed}`).toEqual(env);
      }
    });
  });
}
