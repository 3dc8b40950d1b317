import { chmodSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { syncRepository } from './sync-repository.ts';
import { readSyncStatus } from './sync-status.ts';

let place: GitWorkplace;
let copy: string;
beforeEach(async () => {
  place = gitWorkplace();
  copy = join(place.root, 'state/sync/default/repository.git');
  place.write('jobs/backup.yaml', manifest('backup'));
  place.commit();
});
afterEach(() => place.dispose());

/** Every object of the copy that `which` chooses is emptied, as a file that a power cut left. */
function emptyObjects(which: (type: string) => boolean): void {
  const names = readdirSync(join(copy, 'objects'), { recursive: true, encoding: 'utf8' });
  const loose = names.filter((name) => /^[0-9a-f]{2}\/[0-9a-f]+$/.test(name) && statSync(join(copy, 'objects', name)).isFile());
  const chosen = loose.filter((name) => which(place.git('cat-file', '-t', name.replace('/', '')).trim()));
  expect(chosen).not.toEqual([]);
  for (const name of chosen) {
    chmodSync(join(copy, 'objects', name), 0o600);
    truncateSync(join(copy, 'objects', name));
  }
}

describe('a copy of a repository is made anew, and nothing is missed, where a crash', () => {
  it.each<[string, () => void]>([
    ['left the lock of its ref', () => writeFileSync(join(copy, 'refs/rota/fetched.lock'), '')],
    ['left the lock of its settings', () => writeFileSync(join(copy, 'config.lock'), '')],
    ['emptied all that it held', () => emptyObjects(() => true)],
    ['emptied the files in it', () => emptyObjects((type) => type === 'blob')],
    ['took its HEAD and its refs', () => ['HEAD', 'refs'].forEach((name) => void rmSync(join(copy, name), { recursive: true }))],
    [
      'left a file in its place',
      () => {
        rmSync(copy, { recursive: true });
        writeFileSync(copy, '');
      },
    ],
  ])('%s', async (_, damage) => {
    await place.sync();
    damage();
    expect(await place.sync()).toMatchObject({ outcome: 'unchanged' });
    damage();
    place.write('jobs/poll.yaml', manifest('poll'));
    place.commit();
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(place.installed()).toEqual(['default.acme.backup', 'default.acme.poll']);
    expect(readdirSync(join(copy, '..')).sort()).toEqual(['repository.git', 'status.json']);
  });
});

it('a damaged copy of a repository that cannot be reached is kept, and the error says what was in the way', async () => {
  await place.sync();
  writeFileSync(join(copy, 'refs/rota/fetched.lock'), '');
  rmSync(join(place.repo, '.git'), { recursive: true });
  await expect(place.sync()).rejects.toMatchObject({ code: 'ROTA_SYNC_UNREACHABLE' });
  expect(readdirSync(copy)).toContain('objects');
  expect(place.installed()).toEqual(['default.acme.backup']);
});

it('history that was rewritten is refused also by a copy that is made anew', async () => {
  await place.sync();
  place.commit('--amend', '-m', 'Another past');
  rmSync(copy, { recursive: true });
  await expect(place.sync()).rejects.toMatchObject({ code: 'ROTA_SYNC_REWOUND' });
});

it('a status that cannot be read says how to go on without it, and does not touch what is installed', async () => {
  await place.sync();
  const status = join(copy, '../status.json');
  for (const text of ['', '{"formatVersion":1,', 'null']) {
    writeFileSync(status, text);
    await expect(place.sync()).rejects.toMatchObject({
      code: 'ROTA_STATE_DAMAGED',
      file: status,
      suggestions: [expect.stringContaining(`Remove ${status}`), 'Or restore it from a backup.'],
    });
    expect(place.installed()).toEqual(['default.acme.backup']);
  }
  rmSync(status);
  expect(await place.sync()).toMatchObject({ outcome: 'unchanged' });
});

it('an attempt with another repository that fails changes nothing of where the next one reads, and what it must follow from', async () => {
  await place.sync({ ref: 'main' });
  const before = readSyncStatus(place.rota.host, 'default');
  const elsewhere = join(place.root, 'elsewhere');
  await expect(place.sync({ repo: elsewhere })).rejects.toMatchObject({ code: 'ROTA_SYNC_UNREACHABLE' });
  expect(readSyncStatus(place.rota.host, 'default')).toMatchObject({
    repo: place.repo,
    ref: 'main',
    revision: before?.revision,
    outcome: 'failed',
    error: { source: { repo: elsewhere, ref: 'HEAD' } },
  });
  place.commit('--amend', '-m', 'Another past');
  await expect(syncRepository(place.rota, {})).rejects.toMatchObject({ code: 'ROTA_SYNC_REWOUND' });
  await expect(place.sync({ ref: 'main' })).rejects.toMatchObject({ code: 'ROTA_SYNC_REWOUND' });
});
