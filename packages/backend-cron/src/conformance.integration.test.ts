import { backendConformance } from '@rota/core/testing';
import { cronPart, requirePart, rootPart, sampleSize, testSeed } from '@rota/test-support';
import { beforeAll, describe, it } from 'vitest';
import { cron } from './cron.ts';
import { readTable } from './crontab-program/read-table.ts';
import { type PrivateCrontab, privateCrontab } from './private-crontab.test-support.ts';

const theirs = 'MAILTO=root\n# theirs\n0 1 * * * true\n';
let crontab: PrivateCrontab;

const change = async (host: ReturnType<PrivateCrontab['host']>, from: RegExp, to: string): Promise<void> => {
  const { text } = await readTable(host);
  await host.run({ file: 'crontab', args: ['-'], input: Buffer.from(text.replace(from, to), 'latin1') });
};

requirePart(rootPart, cronPart)('cron keeps the contract of a backend', () => {
  beforeAll(async () => {
    crontab = await privateCrontab();
    // Its own, beside the machine's, whose lock file stands in /run.
    await crontab.sh('mount -t tmpfs none /run && cron </dev/null >/dev/null 2>&1');
  });
  backendConformance(
    { describe, it: (name, body) => it(name, body, 1_800_000) },
    {
      faultRuns: sampleSize({ here: 3, inCi: 6, long: 200 }),
      faultSeed: testSeed,
      backend: cron(),
      dialect: { name: 'debian' },
      makeHost: async () => {
        await crontab.sh('rm -f /etc/cron.deny');
        const host = crontab.host('nobody');
        await host.run({ file: 'crontab', args: ['-'], input: theirs });
        return host;
      },
      foreign: async (host) => (await readTable(host)).text.replace(/# BEGIN rota[\s\S]*# END rota [^\n]*\n/, ''),
      edit: async (host) => await change(host, /^30 2 /m, '31 2 '),
      remove: async (host) => await change(host, /# rota job acme\/a [\s\S]*?(?=# END)/, ''),
      breakReading: async () => void (await crontab.sh('echo nobody > /etc/cron.deny')),
    },
  );
});
