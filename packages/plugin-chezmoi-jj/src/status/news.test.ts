import { expect, test } from 'vitest';
import { neverSynced } from './never-synced.ts';
import { newsOf, type Told } from './news.ts';
import type { SyncStatus } from './sync-status.ts';

const well: SyncStatus = { ...neverSynced('host/desk-1'), state: 'ok', lastError: null };
const conflicted = { ...well, state: 'conflicted', conflicts: [{ path: '.zshrc', sources: [], sides: [] }] } as const;
const offline = { ...well, state: 'offline', lastError: { kind: 'network', message: 'no route' } } as const;
const readOnly = { ...well, state: 'pending-push', lastError: { kind: 'rights', message: 'read only' } } as const;
const drift = (reason: SyncStatus['drift'][number]['reason']): SyncStatus => ({
  ...well,
  state: 'drift',
  drift: [{ path: '.made', reason }],
});

/** What is told of each sync in turn. */
function toldOf(...statuses: readonly SyncStatus[]): readonly (string | undefined)[] {
  return toldWith(true, statuses);
}

function toldWith(autoCommit: boolean, statuses: readonly SyncStatus[]): readonly (string | undefined)[] {
  let told: Told = 'well';
  return statuses.map((status) => {
    const found = newsOf(status, told, { autoCommit });
    told = found?.told ?? told;
    return found === undefined ? undefined : `${found.news.event} ${found.news.text}`;
  });
}

test('a conflict is told once, with its files, and once that it is over', () => {
  expect(toldOf(well, conflicted, conflicted, well, well)).toEqual([
    undefined,
    'failure rota chezmoi: host/desk-1 is conflicted: .zshrc',
    undefined,
    'recovery rota chezmoi: host/desk-1 is ok',
    undefined,
  ]);
});

test('neither a sync without a network nor one that finds another at work ends or repeats what was told', () => {
  expect(toldOf(conflicted, offline, { ...well, state: 'busy' }, conflicted).slice(1)).toEqual([undefined, undefined, undefined]);
  expect(toldOf(offline, well)).toEqual([undefined, undefined]);
});

test('an edit that is held back is told; what the options leave alone is not', () => {
  expect(toldOf(drift('edited-template'))).toEqual(['failure rota chezmoi: host/desk-1 is drift: .made']);
  for (const reason of ['script', 'removal', 'deleted', 'edited'] as const) expect(toldOf(drift(reason))).toEqual([undefined]);
  expect(toldWith(true, [drift('not-captured')])).toEqual(['failure rota chezmoi: host/desk-1 is drift: .made']);
  expect(toldWith(false, [drift('not-captured')])).toEqual([undefined]);
});

test('a remote that may only be read is told once', () => {
  expect(toldOf(readOnly, readOnly)).toEqual(['failure rota chezmoi: host/desk-1 is pending-push (read only)', undefined]);
});

test.each(['auth', 'rights', 'no-repository'])(
  'a remote that does not let this host in (%s) is told once, and its end: that is not the network',
  (kind) => {
    const shutOut = { ...well, state: 'offline', lastError: { kind, message: 'Permission denied (publickey).' } } as const;
    expect(toldOf(well, shutOut, offline, shutOut, { ...well, state: 'busy' }, well)).toEqual([
      undefined,
      'failure rota chezmoi: host/desk-1 is offline (Permission denied (publickey).)',
      undefined,
      undefined,
      undefined,
      'recovery rota chezmoi: host/desk-1 is ok',
    ]);
  },
);
