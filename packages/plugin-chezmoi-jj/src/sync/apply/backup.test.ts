import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { dotfileOptions } from '../../options.ts';
import { placeOf } from '../session/place.ts';
import type { Session } from '../session/session.ts';
import { backUp, keepReplaced, listBackups, pruneBackups } from './backup.ts';

test('backups stay in the order in which they were made when the clock is set back or stands still', async () => {
  const home = temporaryFolder();
  let now = Date.parse('2026-11-29T12:00:00Z');
  const host = createHost({ env: { HOME: home }, now: () => now, user: { name: 'ada', uid: 1000, home } });
  const place = placeOf(host);
  const options = v.parse(dotfileOptions, { keepBackups: 2 });
  const target = join(home, '.zshrc');
  mkdirSync(place.backups, { recursive: true });
  const session: Pick<Session, 'host' | 'home' | 'place' | 'options'> = { host, home, place, options };
  for (const [text, ms] of [
    ['first', 0],
    ['second', 0],
    ['third', -86_400_000],
    ['fourth', 0],
  ] as const) {
    now += ms;
    writeFileSync(target, text);
    await backUp(session, [{ here: ' ', apply: 'M', target }], text);
    await pruneBackups(session);
  }
  expect(readdirSync(place.backups)).toHaveLength(2);
  expect(listBackups(host, place.backups).map(({ record }) => record.revision)).toEqual(['fourth', 'third']);
});

test('a backup keeps what the apply has replaced or made, and nothing that it has left alone', async () => {
  const home = temporaryFolder();
  const host = createHost({ env: { HOME: home }, user: { name: 'ada', uid: 1000, home } });
  const place = placeOf(host);
  const line = (name: string, apply = 'M', here = ' ') => ({ here, apply, target: join(home, name) });
  for (const name of ['.replaced', '.left', '.edited']) writeFileSync(join(home, name), name);
  const lines = [line('.replaced'), line('.left'), line('.edited', 'M', 'M'), line('.made', 'A'), line('.not-made', 'A')];
  const folder = (await backUp({ host, home, place }, lines, 'r')) ?? '';
  expect(readdirSync(join(folder, 'files')).sort()).toEqual(['.left', '.replaced']);
  await keepReplaced(host, folder, new Set(['.left', '.edited', '.not-made']));
  expect(readdirSync(join(folder, 'files'))).toEqual(['.replaced']);
  expect(listBackups(host, place.backups)[0]?.record).toMatchObject({ changed: [{ path: '.replaced' }], created: ['.made'] });
  await keepReplaced(host, folder, new Set(['.replaced', '.made']));
  expect(readdirSync(place.backups)).toEqual([]);
});
