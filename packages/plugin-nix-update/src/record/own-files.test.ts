import { createHost, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { readJournal } from '../journal/update-journal.ts';
import { readUnkeptLock } from '../lock/unkept-lock.ts';
import { updateLayout } from '../machine/layout.ts';
import { readRebootMarker } from '../reboot/reboot-marker.ts';
import { readSettings } from '../settings/read-settings.ts';
import { updateStatus } from '../status/update-status.ts';
import { readBadRevisions } from './bad-revisions.ts';
import { readReports } from './history.ts';
import { readLostNetwork } from './hold-against.ts';
import { keepSettings, readKeptSettings } from './kept-settings.ts';

const damaged = [
  '',
  '{',
  'null',
  '[]',
  '[null]',
  '"text"',
  '{"formatVersion":1}',
  '{"formatVersion":2,"status":"updated"}',
  '{"formatVersion":1,"status":7,"path":7}',
  '[{"path":7}]',
  `${'\0'.repeat(512)}`,
];

/** A machine whose own files hold this. */
function machine(text: string) {
  const host = createHost({ stateDir: temporaryFolder(), hostname: 'anna' });
  const layout = updateLayout(host.stateDir);
  for (const path of [
    layout.history,
    layout.badRevisions,
    layout.lostNetwork,
    layout.reboot,
    layout.settings,
    layout.unkeptLock,
    layout.ownLock,
  ])
    nodeFiles.write(path, text);
  return { host, layout };
}

test.each(damaged)(
  'files of the updater that hold %j are as good as none: nothing is rolled back or rebooted on their word',
  (text) => {
    const { host, layout } = machine(text);
    expect(readReports(nodeFiles, layout.history)).toEqual([]);
    expect(readBadRevisions(nodeFiles, layout.badRevisions)).toEqual([]);
    expect(readLostNetwork(nodeFiles, layout.lostNetwork)).toEqual([]);
    expect(readRebootMarker(nodeFiles, layout.reboot)).toBeNull();
    expect(readKeptSettings(nodeFiles, layout.settings)).toBeNull();
    expect(readUnkeptLock(nodeFiles, layout.unkeptLock)).toBeNull();
    expect(updateStatus({ host, options: { flakePath: '/x' } })).toMatchObject({
      last: null,
      badRevisions: [],
      statistics: { runs: 0 },
    });
  },
);

test.each(damaged)('a journal that holds %j stops everything: what it would tell is not known', (text) => {
  const path = updateLayout(temporaryFolder()).journal;
  nodeFiles.write(path, text);
  expect(() => readJournal(nodeFiles, path)).toThrow(expect.objectContaining({ code: 'ROTA_STATE_DAMAGED' }));
});

test('settings of another version are read as far as this one knows them', () => {
  const { layout } = machine('');
  const settings = readSettings({ flakePath: '/etc/nixos', healthChecks: [{ tcp: 'localhost:22' }], minUptime: '5m' });
  keepSettings(nodeFiles, layout.settings, settings);
  expect(readKeptSettings(nodeFiles, layout.settings)).toEqual(settings);
  nodeFiles.write(layout.settings, '{"flakePath":"/etc/nixos","ofLater":true,"minUptime":300000}');
  expect(readKeptSettings(nodeFiles, layout.settings)).toEqual(readSettings({ flakePath: '/etc/nixos', minUptime: '5m' }));
});
