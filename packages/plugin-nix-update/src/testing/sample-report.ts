import type { FailureClass } from '../failure.ts';
import type { UpdateReport, UpdateStatus } from '../report.ts';

/** The report of a scheduled update that ended so and had nothing to tell. */
export function sampleReport(status: UpdateStatus, failureClass?: FailureClass): UpdateReport {
  return {
    formatVersion: 1,
    runId: 'x',
    kind: 'update',
    cause: 'scheduled',
    status,
    startedAt: '2026-11-20T02:00:00.000Z',
    endedAt: '2026-11-20T02:01:00.000Z',
    step: null,
    failure: failureClass === undefined ? null : { class: failureClass, message: 'It said why.', output: '' },
    from: null,
    to: null,
    lockDigest: null,
    inputs: [],
    summary: [],
    warnings: [],
    reboot: 'not-needed',
    commands: [],
  };
}
