import { expect, test } from 'vitest';
import { UpdateFailure } from '../failure.ts';
import type { UpdateReport } from '../report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { insisting } from './held-up.ts';

const good = sampleReport('updated');
const onBattery = (day: string): UpdateReport => ({
  ...sampleReport('deferred', 'precondition'),
  startedAt: `2026-11-${day}T02:00:00.000Z`,
});

test.each<[string, boolean, readonly UpdateReport[], string]>([
  ['the first night', true, [good], 'On battery.'],
  ['the second night', true, [good, onBattery('20')], 'On battery.'],
  [
    'the third night',
    true,
    [onBattery('18'), good, onBattery('20'), onBattery('21')],
    'On battery. Updates have been put off since 2026-11-20, 3 runs in a row.',
  ],
  ['the third night, with a good one between', true, [onBattery('20'), good, onBattery('21')], 'On battery.'],
  ['a failure after two such nights', false, [onBattery('20'), onBattery('21')], 'On battery.'],
])('a condition that puts updates off says since when, from the third run in a row on: %s', (_, deferred, earlier, message) => {
  expect(insisting(new UpdateFailure('precondition', 'On battery.', { deferred }), earlier)).toMatchObject({ message, deferred });
});
