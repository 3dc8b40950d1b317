import { randomInt } from 'node:crypto';
import { basename, join } from 'node:path';
import type { StatusLine } from '../chezmoi/status-line.ts';
import { conflictsOf } from '../conflicts/conflicts-of.ts';
import { changedPaths } from '../jj/changed-paths.ts';
import { commitIds } from '../jj/json-template.ts';
import { type Picture, readPicture } from '../jj/picture.ts';
import type { BlockedSecret, Drift } from '../status/sync-status.ts';
import { type Applied, apply, driftOf } from './apply/apply.ts';
import { driftOfLeftBehind } from './apply/left-behind.ts';
import { type Captured, capture } from './capture/capture.ts';
import { captureEarly, captureMixed, type NotTaken } from './capture/capture-early.ts';
import { editsOfLost } from './capture/edits-of-lost.ts';
import { settleWorkingCopy } from './capture/settle-working-copy.ts';
import { untrackedFiles } from './capture/untracked-files.ts';
import { readHome } from './home/read-home.ts';
import { targetOf } from './home/target-of.ts';
import { advance, forgetMerged } from './merge/advance.ts';
import { checkTree } from './merge/check-tree.ts';
import { heal } from './merge/heal.ts';
import { holdTip } from './merge/hold-tip.ts';
import { dropMerge, endConflict, keepConflict, type Probe, probeMerge } from './merge/probe-merge.ts';
import { goBack, validate } from './merge/validate.ts';
import type { Outcome } from './outcome.ts';
import { recover } from './recover.ts';
import { type Fetched, fetchRemote } from './remote/fetch.ts';
import { type Published, publish } from './remote/publish.ts';
import { scanUnpublished } from './remote/scan-unpublished.ts';
import type { Enter, Session } from './session/session.ts';
import type { SyncFlags } from './sync-flags.ts';

/** How a pass ended, and the session as it is now: a copied disk makes a host take another name. */
export interface Cycled extends Outcome {
  readonly session: Session;
}

/** One pass through the states, in the only order that is safe: take what is here first, then look at what others have done. */
export async function cycle(session: Session, enter: Enter, flags: SyncFlags): Promise<Cycled> {
  const here = await takeWhatIsHere(session, enter);
  const fetched = await fetchRemote(session);
  const hasNews = here.isCaptured || (fetched.kind === 'ok' && fetched.changed);
  const picture = hasNews ? await afterFetch(session) : here.picture;
  // What changed may be the bookmark of another host alone.
  if (here.isQuiet && fetched.kind === 'ok' && isInStep(picture)) return { ...nothing(picture), drift: here.drift, session };
  return await bringInStep(session, enter, flags, { ...here, picture }, fetched);
}

async function afterFetch(session: Session): Promise<Picture> {
  return await holdTip(session, await readPicture(session.jj, session.names));
}

interface Here extends Captured {
  /** As it was before the capture. */
  readonly picture: Picture;
  readonly isCaptured: boolean;
  /** What still differs after the capture. */
  readonly lines: readonly StatusLine[];
  /** Nothing to do unless the remote has news. */
  readonly isQuiet: boolean;
  /** This host has no bookmark yet: whether chezmoi wrote what is here is not known. */
  readonly isFirst: boolean;
}

/** RECOVER, BASE and CAPTURE: everything that needs no network. */
async function takeWhatIsHere(session: Session, enter: Enter): Promise<Here> {
  const recovered = await recover(session);
  const [looked, atFirst] = await Promise.all([
    readPicture(session.jj, session.names, { snapshot: true }),
    readHome(session).catch((error: unknown) => ({ error })),
  ]);
  // Somebody may have fetched by hand, or a sync was cut off.
  const found = await holdTip(session, looked);
  // git obeys those too that nobody has tracked.
  const all = [...found.tracked, ...untrackedFiles(session.host, session.tree, found.tracked)];
  checkTree(session.host, session.tree, ['.git/info/attributes', ...all.filter((path) => basename(path) === '.gitattributes')]);
  const started = recovered?.phase === 'apply' ? await finishApply(session, enter, found, recovered.to, atFirst) : found;
  const settled = await settleWorkingCopy(session, enter, started);
  const { moved, tooLarge } = settled;
  const isFresh = !moved && recovered?.phase !== 'apply' && 'length' in atFirst;
  const first = isFresh ? atFirst : await readHome(session);
  const mixed = await captureMixed(session, enter, settled.picture, first);
  const picture = mixed === undefined ? settled.picture : await readPicture(session.jj, session.names);
  const lines = mixed === undefined ? first : await readHome(session);
  const captured = withMixed(await capture(session, enter, picture, await editsOfLost(session, picture, lines)), mixed);
  const isFirst = found.tip.length === 0;
  const large = tooLarge.map((path): Drift => ({ path: targetOf(session, path) ?? path, reason: 'too-large' }));
  const drift = [...captured.drift, ...large, ...driftOfLeftBehind(session, picture.tracked)];
  if (captured.files.length === 0) {
    const isQuiet = !moved && mixed === undefined && lines.length === 0 && isInStep(picture);
    return { ...captured, drift, picture, isCaptured: mixed !== undefined, lines, isFirst, isQuiet };
  }
  const taken = new Set(captured.files.map((path) => join(session.home, path)));
  const isAll = captured.drift.length + captured.blocked.length === 0;
  const left = isAll ? lines.filter(({ target }) => !taken.has(target)) : await readHome(session);
  return { ...captured, drift, picture, isCaptured: true, lines: left, isFirst, isQuiet: false };
}

function withMixed(captured: Captured, mixed: Captured | undefined): Captured {
  if (mixed === undefined) return captured;
  return {
    files: [...mixed.files, ...captured.files],
    drift: [...mixed.drift, ...captured.drift],
    blocked: [...mixed.blocked, ...captured.blocked],
  };
}

/** An apply that was cut off is brought to its end first: what it has written already is not an edit of this home. */
async function finishApply(
  session: Session,
  enter: Enter,
  picture: Picture,
  revision: string | null,
  atFirst: readonly StatusLine[] | { readonly error: unknown },
): Promise<Picture> {
  const [tip] = picture.tip;
  if (revision === null || tip === undefined || !picture.at.empty || picture.at.parents[0] !== revision) return picture;
  const lines = 'error' in atFirst ? await readHome(session) : atFirst;
  const changed = tip === revision ? [] : await changedPaths(session.jj, ['--from', tip, '--to', revision]);
  const { complete } = await apply(session, enter, lines, { tip, commit: revision, changed }, []);
  return complete ? await advance(session, enter, picture, revision) : picture;
}

function isInStep({ main, tip, remoteMain, remoteTip, pending, conflict }: Picture): boolean {
  const all = [...main, ...tip, remoteMain, remoteTip];
  return main.length === 1 && new Set(all).size === 1 && pending.length === 0 && conflict === undefined;
}

function nothing(picture: Picture): Outcome {
  return {
    picture,
    captured: [],
    applied: [],
    conflicts: [],
    drift: [],
    blocked: [],
    unreached: undefined,
    broken: undefined,
    pendingPush: false,
  };
}

/** FETCH to ADVANCE, again while somebody else is faster. */
async function bringInStep(first: Session, enter: Enter, flags: SyncFlags, here: Here, fetched: Fetched): Promise<Cycled> {
  const { host, options } = first;
  let news = fetched;
  let session = first;
  for (let attempt = 0; ; attempt += 1) {
    enter('fetch', { operation: null });
    const healed = await heal(session, attempt === 0 ? here.picture : await afterFetch(session));
    session = { ...session, names: healed.names };
    const { picture } = healed;
    const ended = await oneAttempt({ session, enter, flags, here, picture, news });
    if (ended.kind === 'done') return { ...ended.outcome, session };
    if (attempt >= options.retries)
      return { ...nothing(ended.picture), captured: here.files, drift: here.drift, pendingPush: true, session };
    await host.sleep(randomInt(50, 200) * (attempt + 1));
    news = await fetchRemote(session);
  }
}

interface Attempt {
  readonly session: Session;
  readonly enter: Enter;
  readonly flags: SyncFlags;
  readonly here: Here;
  readonly picture: Picture;
  readonly news: Fetched;
}

type Ended = { readonly kind: 'done'; readonly outcome: Outcome } | { readonly kind: 'lost'; readonly picture: Picture };

async function oneAttempt(attempt: Attempt): Promise<Ended> {
  const { session, enter, here, picture, news } = attempt;
  const [tip = ''] = picture.tip;
  const { probe, blocked, mayPublishTip } = await probeWithoutSecrets(session, enter, picture);
  const unreached = news.kind === 'offline' ? { kind: news.why, message: news.message, during: 'fetch' as const } : undefined;
  const base = {
    ...nothing(picture),
    captured: here.files,
    drift: here.drift,
    blocked: [...here.blocked, ...blocked],
    unreached,
  };
  const mayPush = session.options.autoPush && attempt.flags.noPush !== true && news.kind === 'ok' && mayPublishTip;
  const send = async (main: string | undefined): Promise<Published> => {
    if (!mayPush) return { kind: 'ok', picture };
    enter('publish');
    return await publish(session, picture, main);
  };
  if (probe.conflicted.length > 0) {
    await keepConflict(session, probe);
    const sent = await send(undefined);
    const conflicts = await conflictsOf(session, picture, probe);
    const drift = [...here.drift, ...(await driftOf(session, here.lines))];
    return done({ ...base, ...afterSending(sent), conflicts, drift });
  }
  const checked =
    probe.commit === tip
      ? { ok: true as const, lines: here.lines, changed: [] }
      : await validate(session, enter, tip, probe.commit);
  if (!checked.ok) {
    await dropMerge(session, probe);
    return done({ ...base, ...afterSending(await send(undefined)), broken: checked.reason });
  }
  const sent = await send(probe.commit);
  if (sent.kind === 'lost') {
    if (probe.commit !== tip) await goBack(session, tip);
    await dropMerge(session, probe);
    return { kind: 'lost', picture: sent.picture };
  }
  await endConflict(session, probe);
  if (attempt.flags.noApply === true) {
    if (probe.commit !== tip) await goBack(session, tip);
    return done({ ...base, ...afterSending(sent) });
  }
  const isSame = probe.commit === tip && here.lines.length === 0 && !here.isFirst;
  const move = { tip, commit: probe.commit, changed: checked.changed };
  const applied = isSame ? nothingApplied : await apply(session, enter, checked.lines, move, here.lines);
  return done(await settled(attempt, { base, applied, probe, tip, sent, mayPush }));
}

const nothingApplied: Applied = { files: [], drift: [], complete: true, early: [] };

interface Settling {
  readonly base: Outcome;
  readonly applied: Applied;
  readonly probe: Probe;
  readonly tip: string;
  readonly sent: Published;
  /** What was not sent before must not go with the bookmark either: a secret, or what `--no-push` keeps here. */
  readonly mayPush: boolean;
}

/** ADVANCE, when the apply allows it; then everybody may know. */
async function settled({ session, enter }: Attempt, { base, applied, probe, tip, sent, mayPush }: Settling): Promise<Outcome> {
  let last = sent;
  let left: NotTaken = { drift: [], blocked: [] };
  if (!applied.complete) {
    left = await captureEarly(session, enter, { revision: probe.commit, tip }, applied.early);
    await goBack(session, tip);
  } else if (probe.commit !== tip) {
    const picture = await advance(session, enter, sent.picture, probe.commit);
    last = mayPush && sent.kind === 'ok' ? await publish(session, picture, undefined) : { ...sent, picture };
  }
  const picture = await forgetMerged(session, last.picture);
  const drift = [...base.drift, ...left.drift, ...applied.drift];
  const blocked = [...base.blocked, ...left.blocked];
  return { ...base, ...afterSending({ ...last, picture }), applied: applied.files, drift, blocked };
}

/** Merges; a line of work that holds a secret stays out, and here. With one in what every merge has, nothing is published. */
async function probeWithoutSecrets(
  session: Session,
  enter: Enter,
  picture: Picture,
): Promise<{ readonly probe: Probe; readonly blocked: readonly BlockedSecret[]; readonly mayPublishTip: boolean }> {
  const [tip = ''] = picture.tip;
  const lines = [
    tip,
    ...picture.pending.map(({ commit }) => commit),
    ...(picture.conflict === undefined ? [] : [picture.conflict]),
  ];
  const isNews = picture.remoteTip !== tip || picture.pending.length > 0 || picture.conflict !== undefined;
  const found = isNews && session.options.autoPush ? await scanUnpublished(session, picture) : [];
  const blocked = found.map(({ path, kind, line }) => ({ path, kind, line }));
  if (found.length === 0) return { probe: await probeMerge(session, enter, picture), blocked, mayPublishTip: true };
  const holding = await session.jj.lines(
    ['log', '--no-graph', '-r', `(${found.map(({ commit }) => commit).join(' | ')}):: & (${lines.join(' | ')})`, '-T', commitIds],
    'find which work holds a secret',
  );
  const without = new Set(holding.filter((commit) => typeof commit === 'string'));
  // What somebody has put into the waiting merge itself would be published with it.
  if (without.has(tip) || found.some(({ commit }) => commit === picture.conflict))
    return { probe: await probeMerge(session, enter, picture), blocked, mayPublishTip: false };
  return { probe: await probeMerge(session, enter, picture, without), blocked, mayPublishTip: true };
}

function afterSending(sent: Published): Pick<Outcome, 'picture' | 'pendingPush'> & Partial<Pick<Outcome, 'unreached'>> {
  const { tip, remoteTip } = sent.picture;
  const pendingPush = tip[0] !== remoteTip;
  return sent.kind === 'failed'
    ? { picture: sent.picture, pendingPush: true, unreached: { kind: sent.why, message: sent.message, during: 'publish' } }
    : { picture: sent.picture, pendingPush };
}

function done(outcome: Outcome): Ended {
  return { kind: 'done', outcome };
}
