import { expect, test } from 'vitest';
import type { FailureClass } from '../failure.ts';
import type { UpdateReport, UpdateStatus } from '../report.ts';
import { isNews } from './notify.ts';

function report(status: UpdateStatus, failureClass?: FailureClass): UpdateReport {
  return {
    formatVersion: 1,
    runId: 'x',
    kind: 'update',
    cause: 'scheduled',
    status,
    startedAt: '',
    endedAt: '',
    step: null,
    failure: failureClass === undefined ? null : { class: failureClass, message: '', output: '' },
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

const offline = report('failed', 'network');
const broken = report('failed', 'evaluation');
const good = report('updated');
const later = report('deferred', 'precondition');
const heldUp = report('deferred', 'busy');

test.each<[string, UpdateReport, readonly UpdateReport[], boolean]>([
  ['a good night', good, [good], false],
  ['a failure that does not mend itself', broken, [good], true],
  ['a rollback', report('rolled-back', 'health'), [], true],
  ['the first night offline', offline, [good], false],
  ['the third night offline', offline, [good, offline, offline], true],
  ['a run that was put off', later, [broken], false],
  ['the first good night after a failure', good, [good, broken], true],
  ['the same with a night between that was put off', report('unchanged'), [broken, later], true],
  ['the second good night after a failure', good, [broken, good], false],
  ['the second night that another switch holds up', heldUp, [good, heldUp], false],
  ['the third night that another switch holds up', heldUp, [heldUp, heldUp], true],
  ['the third one, after a night that was put off for something else', heldUp, [heldUp, heldUp, later], false],
  [
    'the first good night after three that were held up, and one that was put off',
    good,
    [good, heldUp, heldUp, heldUp, later],
    true,
  ],
  ['a good night after two that were held up', good, [good, heldUp, heldUp], false],
  ['a good night after one offline, of which nobody was told', good, [good, offline], false],
])('%s', (_, latest, earlier, expected) => {
  expect(isNews(latest, earlier)).toBe(expected);
});
