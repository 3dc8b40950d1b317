import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { bareJob } from '../job/bare-job.ts';
import { buildLaunchFile, type LaunchFileInput } from './launch/build-launch-file.ts';
import { instantText } from './record/instant-text.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const sh = (text: string) => ({ command: [text], shell: true });
const gate: LaunchFile['gate'] = {
  expression: '* * * * *',
  timezone: 'UTC',
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: true,
  startingDeadlineMs: null,
};

describe("a job's process", () => {
  it('has the niceness that was declared, from its first instruction on', async () => {
    const rota = await runnerUnderTest();
    // proc(5): field 19. Everybody may ask for 19.
    await rota.run(rota.launchFile({ ...sh("sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 17 > nice"), nice: 19 }));
    expect(readFileSync(join(rota.scratch, 'nice'), 'utf8')).toBe('19\n');
  });

  it('starts after its stable delay when a scheduler started the runner, which is claimed meanwhile', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({ gate, jitterMs: 1500 });
    const fire = instantText(Math.floor(Date.now() / 60_000) * 60);
    const began = Date.now();
    const runs = [rota.run(path, ['--scheduled-at', fire]), rota.run(path, ['--scheduled-at', fire])];
    await Promise.all(runs);
    const ended = rota.records().filter(({ status }) => status === 'success');
    expect(ended).toMatchObject([{ scheduledAt: fire }]);
    expect(Date.parse(ended[0]?.startedAt ?? '') - began).toBeGreaterThanOrEqual(1500);
  });
});

describe('the stable delay', () => {
  const input = (hostname: string, name: string): LaunchFileInput => {
    const job = { ...bareJob('0 2 * * *', 'UTC'), tenant: 'acme', name, randomizedDelayMs: 600_000 };
    const place = {
      namespace: 'default',
      backend: 'cron',
      gated: false,
      home: '/',
      secretsFile: '/s',
      path: '/bin',
      followers: [],
    };
    return { ...place, job, hostname, zoneRoots: [], systemTimezone: 'UTC' };
  };

  it('is the same at every plan, within what was declared, and spread over machines and jobs', () => {
    const delays = Array.from(
      { length: 200 },
      (_, index) => buildLaunchFile(input(`host-${index % 20}`, `job-${index}`)).jitterMs,
    );
    expect(delays).toEqual(
      Array.from({ length: 200 }, (_, index) => buildLaunchFile(input(`host-${index % 20}`, `job-${index}`)).jitterMs),
    );
    for (const delay of delays) expect(delay >= 0 && delay < 600_000).toBe(true);
    // Each tenth of the span has some of 200.
    expect(new Set(delays.map((delay) => Math.floor(delay / 60_000))).size).toBe(10);
  });
});
