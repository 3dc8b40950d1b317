import { relative } from 'node:path';
import type { Host } from '@rota/core';
import { isEditedHere } from '../chezmoi/status-line.ts';
import { canBeCaptured } from '../chezmoi/target-path.ts';
import { readPicture } from '../jj/picture.ts';
import type { DotfileOptions } from '../options.ts';
import { readStatus } from '../status/status-file.ts';
import type { SyncStatus } from '../status/sync-status.ts';
import { driftOf } from './apply/apply.ts';
import { readHome } from './home/read-home.ts';
import { sourcesOf } from './home/sources-of.ts';
import { statusOf } from './outcome.ts';
import { openSession } from './session/open-session.ts';

/** What a sync would take from this home and bring to it, as far as it is known without the remote. Records nothing. */
export async function preview(host: Host, options: DotfileOptions): Promise<SyncStatus> {
  const session = await openSession(host, options);
  const picture = await readPicture(session.jj, session.names);
  const lines = await readHome(session);
  const edited = lines.filter(isEditedHere);
  const sources = await sourcesOf(
    session,
    edited.map(({ target }) => target),
  );
  const captured = edited
    .filter(({ target }) => canBeCaptured(sources.get(target) ?? '.tmpl'))
    .map(({ target }) => relative(session.home, target));
  const drift = (await driftOf(session, lines)).filter(({ path }) => !captured.includes(path));
  const before = readStatus(host, session.place);
  const outcome = {
    picture,
    captured,
    applied: [],
    conflicts: before?.conflicts ?? [],
    drift,
    blocked: [],
    unreached: undefined,
    broken: undefined,
    pendingPush: picture.tip[0] !== picture.remoteTip,
  };
  return await statusOf(session, outcome, before);
}
