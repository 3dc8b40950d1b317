import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { instantText } from './record/instant-text.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

it('runs one afterwards under `queue` where systemd drops a start, for the fire time that came due during the run', async () => {
  const rota = await runnerUnderTest();
  const path = rota.launchFile({
    // The first run lasts into the next minute.
    command: [
      'echo "$ROTA_SCHEDULED_AT" >> ran; [ -e once ] && exit; touch once; minute=$(date +%M); while [ "$(date +%M)" = "$minute" ]; do sleep 0.5; done',
    ],
    shell: true,
    concurrency: { policy: 'queue', locks: [] },
    backend: 'systemd',
    gate: {
      expression: '* * * * *',
      timezone: 'UTC',
      zoneRoots: ['/usr/share/zoneinfo'],
      persistent: false,
      startingDeadlineMs: 600_000,
    },
  });
  // In one minute the test looks at the clock, the gate decides and the job begins.
  while ((Date.now() / 1000) % 60 > 45) await new Promise((resolve) => setTimeout(resolve, 1000));
  const minute = Math.floor(Date.now() / 60_000) * 60;
  expect((await rota.run(path)).code).toBe(0);
  expect(readFileSync(join(rota.scratch, 'ran'), 'utf8')).toBe(`${instantText(minute)}\n${instantText(minute + 60)}\n`);
  expect(rota.records().map(({ status, trigger }) => `${status} ${trigger}`)).toEqual(['success schedule', 'success schedule']);
});
