import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { type FailureClass, UpdateFailure } from './failure.ts';
import { recover } from './journal/recover.ts';
import { readBootId } from './machine/read-boot-id.ts';
import { openContext } from './open-context.ts';
import { readBadRevisions } from './record/bad-revisions.ts';
import type { RunFacts } from './record/finish-report.ts';
import { readSettings } from './settings/read-settings.ts';
import { takeBack } from './take-back.ts';
import { beginRun } from './update-run.ts';

/** A home whose new system is active and is to be taken back. Its old one notes that it was activated. */
function activated() {
  const folder = temporaryFolder();
  const home = join(folder, 'old');
  const oldDoes = (script: string): void => {
    nodeFiles.write(join(home, 'activate'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(home, 'activate'), 0o755);
  };
  const mendOld = (): void => oldDoes(`touch ${folder}/active-again`);
  mendOld();
  const files = { ...nodeFiles, facts: (path: string) => (path === '/run/systemd/system' ? undefined : nodeFiles.facts(path)) };
  const host = createHost({ stateDir: join(folder, 'state'), files });
  const settings = readSettings({
    flakePath: '/x',
    system: 'home-manager',
    healthSettle: '0s',
    healthGrace: '0s',
    activationTimeout: '1s',
  });
  const open = openContext(settings, 'scheduled', host);
  const { context, warnings } = open;
  const { layout, system } = context;
  const baseline = { profile: home, current: home, bootId: readBootId(nodeFiles), failedUnits: null };
  const facts: RunFacts = { inputs: [], summary: [], lockDigest: 'd', reboot: 'not-needed' };
  const first = { formatVersion: 1, runId: '1', cause: 'scheduled', startedAt: '', operation: 'switch' } as const;
  const begun = { ...first, system, step: 'activate', baseline, lock: null, target: '/new', needsBoot: false } as const;
  const run = beginRun(context, begun, { onStep: () => undefined, signal: undefined });
  return {
    ...{ layout, facts, warnings },
    isBack: () => nodeFiles.facts(join(folder, 'active-again')) !== undefined,
    breakOld: (says = '') => oldDoes(`echo '${says}' >&2; exit 1`),
    mendOld,
    recovered: async () => await recover(open),
    bad: () => readBadRevisions(nodeFiles, layout.badRevisions).map(({ path }) => path),
    back: async (failureClass: FailureClass, deferred = false) => {
      // The activation is over.
      await run.step('health', async () => undefined);
      return await takeBack(context, run, baseline, facts, new UpdateFailure(failureClass, 'It failed.', { deferred }));
    },
  };
}

test.each<FailureClass>(['internal', 'network', 'disk'])(
  'a history and notes that cannot be read keep nothing from being taken back: %s',
  async (failureClass) => {
    const { layout, back, isBack, bad } = activated();
    nodeFiles.makeFolder(layout.history);
    nodeFiles.makeFolder(layout.lostNetwork);
    expect(await back(failureClass)).toMatchObject({ status: 'rolled-back' });
    expect([isBack(), bad()]).toEqual([true, []]);
  },
);

test.each<[FailureClass, readonly string[]]>([
  ['network', ['/new']],
  ['disk', []],
])('a lost network is believed once; that it was sent back before for %s', async (failureClass, bad) => {
  const one = activated();
  await one.back(failureClass);
  expect([one.bad(), one.facts.isBad ?? false]).toEqual([[], false]);
  await one.back('network');
  expect([one.bad(), one.facts.isBad ?? false]).toEqual([bad, bad.length > 0]);
});

test('it is believed once also when the rollback fails, or is cut off before it is told', async () => {
  const one = activated();
  one.breakOld();
  expect(await one.back('network')).toMatchObject({ status: 'rollback-failed' });
  expect(one.bad()).toEqual([]);
  expect(await one.back('network')).toMatchObject({ status: 'rollback-failed' });
  expect(one.bad()).toEqual(['/new']);
});

test('what is at fault is that also for the fleet when this host has no room to remember it', async () => {
  const { layout, back, facts, warnings, bad } = activated();
  nodeFiles.makeFolder(layout.badRevisions);
  expect(await back('health')).toMatchObject({ status: 'rolled-back' });
  expect([bad(), facts.isBad]).toEqual([[], true]);
  expect(warnings()).toContainEqual(expect.stringContaining('could not be remembered'));
});

test.each<[boolean, string]>([
  [true, 'deferred'],
  [false, 'rollback-failed'],
])(
  'what another switch keeps from being taken back is put off only where nothing is unwell: %s',
  async (nothingUnwell, status) => {
    const { back, breakOld, mendOld, isBack, recovered, bad } = activated();
    breakOld('Could not acquire lock');
    const failure = { message: expect.stringMatching(/^It failed\. .*Another switch of this machine is under way/) };
    expect(await back(nothingUnwell ? 'precondition' : 'health', nothingUnwell)).toMatchObject({
      status,
      failure,
      unfinished: true,
    });
    expect(await recovered()).toMatchObject({ kind: 'recovery', status });
    expect(isBack()).toBe(false);
    mendOld();
    expect(await recovered()).toMatchObject({ kind: 'recovery', status: 'rolled-back' });
    expect([isBack(), bad()]).toEqual([true, nothingUnwell ? [] : ['/new']]);
  },
);
