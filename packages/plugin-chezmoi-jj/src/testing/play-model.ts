import { rmSync } from 'node:fs';
import { targetPath } from '../chezmoi/target-path.ts';
import { conflictsOf } from '../conflicts/conflicts-of.ts';
import { resolve } from '../conflicts/resolve.ts';
import { waitingMerge } from '../conflicts/waiting-merge.ts';
import { exactPath } from '../jj/fileset.ts';
import type { SyncStatus } from '../status/sync-status.ts';
import { openSession } from '../sync/session/open-session.ts';
import { placeOf } from '../sync/session/place.ts';
import { newTreeLock, treeLock } from '../sync/session/tree-lock.ts';
import { syncDotfiles } from '../sync/sync-dotfiles.ts';
import { type History, modelFiles } from './history.ts';
import { contentId, markersIn, movesBackwards, reachableContents } from './invariants.ts';
import { type Kill, killedHost } from './killed-host.ts';
import { type Ledger, marksIn } from './ledger.ts';
import type { ModelWorld, modelWorlds } from './model-world.ts';
import { playHistory } from './play-history.ts';
import { filesOf, type TestHost } from './world.ts';

/** What went wrong in one history. */
export interface ModelReport {
  readonly edits: number;
  readonly problems: readonly string[];
}

/** Plays a history with our sync, lets people decide what waits for them, and looks whether everything holds that is promised. */
export async function playModel(renew: Awaited<ReturnType<typeof modelWorlds>>, history: History): Promise<ModelReport> {
  const model = await renew(history);
  const { world, hosts } = model;
  const captured = new Map<string, string>();
  const problems: string[] = [];
  const remember = async (host: TestHost, status: SyncStatus, before: Readonly<Record<string, string>>): Promise<void> => {
    for (const path of status.captured) {
      const text = before[path];
      if (text !== undefined) captured.set(contentId(text), `${host.name}: ${path}`);
    }
  };
  const sync = async (host: TestHost): Promise<SyncStatus> => {
    const before = filesOf(host.home);
    const status = await host.sync();
    await remember(host, status, before);
    return status;
  };
  const ledger = await playHistory(hosts, history, {
    deletes: history.propagateDeletes,
    sync: async (host, kill) => void (kill === null ? await sync(host) : await killedSync(host, kill)),
    look: async () => void problems.push(...hosts.flatMap(markersIn)),
  });
  for (const host of hosts) host.reach(true);
  const problem = await bringTogether(model, { sync, ledger, takes: history.takes });
  if (problem !== undefined) problems.push(problem);
  problems.push(...hosts.flatMap(markersIn), ...(await movesBackwards(world)));
  const reachable = await reachableContents(world, hosts);
  problems.push(
    ...[...captured].filter(([id]) => !reachable.has(id)).map(([id, what]) => `captured, and not reachable: ${what} ${id}`),
  );
  const texts = hosts.flatMap(({ home }) => Object.values(filesOf(home)));
  problems.push(...ledger.lost(texts).map((mark) => `lost: ${mark}`));
  return { edits: ledger.count(), problems };
}

async function killedSync(host: TestHost, kill: Kill): Promise<void> {
  const { host: dying, died } = killedHost(host.host, kill);
  await Promise.race([died, syncDotfiles(dying, host.options).catch(() => undefined)]);
  // The process that held it is gone; here it is this one, which lives.
  for (const lock of [placeOf(host.host).lock, treeLock(host.tree), newTreeLock(host.tree)]) rmSync(lock, { force: true });
}

interface Together {
  readonly sync: (host: TestHost) => Promise<SyncStatus>;
  readonly ledger: Ledger;
  readonly takes: readonly ('local' | 'remote')[];
}

const rounds = 8;

/** Edits have stopped: people decide what is in conflict or was left alone, until nothing moves any more. Answers what keeps them apart. */
async function bringTogether({ world, hosts }: ModelWorld, { sync, ledger, takes }: Together): Promise<string | undefined> {
  let decisions = 0;
  const choose = (): 'local' | 'remote' => takes[decisions++ % takes.length] ?? 'remote';
  let last: readonly SyncStatus[] = [];
  for (let round = 0; round < rounds; round += 1) {
    last = [];
    // A lock that a killed git left is waited for.
    world.later(60_000);
    for (const host of hosts) {
      const status = await sync(host);
      last = [...last, status];
      if (status.state !== 'conflicted' && status.state !== 'drift') continue;
      await decide(host, status, choose, ledger);
      await sync(host);
    }
    const isQuiet = last.every(({ state, captured, applied }) => state === 'ok' && captured.length + applied.length === 0);
    if (isQuiet) return apart(hosts, Object.keys((await world.published()) ?? {}));
  }
  return `not in step after ${rounds} rounds: ${JSON.stringify(last.map(({ host, state, conflicts, drift, lastError, captured, applied }) => ({ host, state, conflicts, drift, lastError, captured, applied })))}`;
}

async function decide(host: TestHost, status: SyncStatus, choose: () => 'local' | 'remote', ledger: Ledger): Promise<void> {
  for (const { path } of status.conflicts) {
    const session = await openSession(host.host, host.options);
    const waiting = await waitingMerge(session);
    if (waiting === undefined) return;
    const conflict = (await conflictsOf(session, waiting.picture, waiting.probe)).find((one) => one.path === path);
    const sides = waiting.probe.heads.map(async (head) => {
      const shown = (conflict?.sources ?? []).map(
        async (source) => (await session.jj.run(['file', 'show', '-r', head, '--', exactPath(source)])).stdout,
      );
      return (await Promise.all(shown)).join('\n');
    });
    ledger.gaveUp((await Promise.all(sides)).join('\n'));
    const from = choose();
    await resolve(host.host, host.options, path, { from });
    const after = await session.jj.run([
      'file',
      'show',
      '-r',
      `bookmarks(glob:"sync/*")`,
      '--',
      ...(conflict?.sources ?? []).map(exactPath),
    ]);
    ledger.kept(marksIn(after.stdout));
  }
  for (const { path, reason } of status.drift) {
    ledger.gaveUp(reason === 'edited-template' || reason === 'unknown-here' ? (host.read(path) ?? '') : '');
    await resolve(host.host, host.options, path, { from: 'remote' }).catch(() => undefined);
  }
}

/** What nobody manages any more stays where somebody had changed it. */
function apart(hosts: readonly TestHost[], sources: readonly string[]): string | undefined {
  const targets = new Set(sources.map(targetPath));
  const managed = modelFiles.filter(({ path }) => targets.has(path));
  const [first, ...others] = hosts.map((host) =>
    JSON.stringify(
      managed.map(({ path }) => [path, host.read(path) ?? null, host.read(path) === undefined ? null : host.mode(path)]),
    ),
  );
  return others.every((other) => other === first) ? undefined : `in step, but different: ${[first, ...others].join('\n')}`;
}
