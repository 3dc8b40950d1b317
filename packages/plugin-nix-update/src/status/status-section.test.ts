import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import type { FailureClass } from '../failure.ts';
import { updateLayout } from '../machine/layout.ts';
import { appendReport } from '../record/history.ts';
import type { UpdateStatus } from '../report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { statusSection } from './status-section.ts';

/** A home, which waits for no reboot, after runs that ended so. */
function sectionAfter(...ends: readonly (readonly [UpdateStatus, FailureClass?])[]) {
  const folder = temporaryFolder();
  const host = createHost({ stateDir: folder, user: { name: 'ada', uid: 1000, home: folder }, env: { HOME: folder } });
  for (const [status, failureClass] of ends)
    appendReport(host.files, updateLayout(host.stateDir).history, sampleReport(status, failureClass));
  return statusSection({ flakePath: '/home/ada/conf', system: 'home-manager' }, host);
}

const busy = ['deferred', 'busy'] as const;

test.each<[string, ReturnType<typeof sectionAfter>, object]>([
  ['no run', sectionAfter(), { state: 'ok', summary: 'No update has run yet.' }],
  ['a good run', sectionAfter(['failed', 'network'], ['updated']), { state: 'ok', summary: 'The last run ended as updated.' }],
  ['a failure', sectionAfter(['updated'], ['failed', 'network']), { state: 'attention' }],
  ['a rollback that failed', sectionAfter(['rollback-failed', 'rollback']), { state: 'failed' }],
  ['two runs that another switch put off', sectionAfter(['updated'], busy, busy), { state: 'ok' }],
  [
    'three of them',
    sectionAfter(['updated'], busy, busy, busy),
    { state: 'attention', summary: 'The last run ended as deferred (busy): It said why.' },
  ],
])('after %s', (_, section, expected) => {
  expect(section).toMatchObject({ title: 'Nix updates', ...expected });
});
