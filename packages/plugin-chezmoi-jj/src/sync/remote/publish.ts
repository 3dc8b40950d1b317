import { RotaError } from '@rota/core';
import { type RemoteFailure, remoteFailure } from '../../jj/failure-kind.ts';
import { exactName } from '../../jj/fileset.ts';
import { commitIds } from '../../jj/json-template.ts';
import { lastWords } from '../../jj/last-words.ts';
import { type Picture, readPicture } from '../../jj/picture.ts';
import { keepKnownTip } from '../session/identity.ts';
import type { Session } from '../session/session.ts';

/** How publishing went. */
export type Published =
  | { readonly kind: 'ok'; readonly picture: Picture }
  /** Somebody else was faster: fetch and merge again. */
  | { readonly kind: 'lost'; readonly picture: Picture }
  | { readonly kind: 'failed'; readonly why: RemoteFailure; readonly message: string; readonly picture: Picture };

/**
 * PUBLISH: moves the shared branch and the bookmark of this host forward at the remote, and only forward. jj itself would also push sideways, so ancestry is
 * checked here, unless the picture tells it already; and its exit code is not believed, what it then says of the remote is. `main` undefined: only the bookmark of this host.
 *
 * @throws ROTA_DOTFILES_FAILED when a move would not be forward, or jj refuses a commit
 */
export async function publish(session: Session, before: Picture, main: string | undefined): Promise<Published> {
  const { jj, names } = session;
  const [tip] = before.tip;
  if (tip === undefined) throw new TypeError('a host without a bookmark has nothing to publish');
  const moves = [
    ...(main === undefined || main === before.remoteMain ? [] : [{ name: names.main, from: before.remoteMain, to: main }]),
    ...(tip === before.remoteTip ? [] : [{ name: names.tip, from: before.remoteTip, to: tip }]),
  ];
  if (moves.length === 0) return { kind: 'ok', picture: before };
  const [only, another] = before.heads;
  const isKnown = ({ name, to }: { readonly name: string; readonly to: string }): boolean =>
    name === names.main ? another === undefined && only?.commit === to : !before.isForeign;
  await checkForward(
    session,
    moves.filter((move) => !isKnown(move)),
  );
  for (const { name, to } of moves.filter(({ name: moved }) => moved === names.main))
    await jj.must(['bookmark', 'set', name, '-r', to], 'move the shared branch here');
  // Before the push, so that a crash does not make it look like another machine's.
  keepKnownTip(session.host, session.place, names, tip);
  const chosen = moves.flatMap(({ name }) => ['--bookmark', exactName(name)]);
  const result = await jj.run(['git', 'push', '--remote', 'origin', ...chosen]);
  const picture = await readPicture(jj, names);
  const arrived = moves.every(({ name, to }) => (name === names.main ? picture.remoteMain : picture.remoteTip) === to);
  if (arrived) return { kind: 'ok', picture };
  await takeBack(session, picture);
  const why = remoteFailure(result);
  if (why === 'lease') return { kind: 'lost', picture: await readPicture(jj, names) };
  if (why === 'other') throw new RotaError('ROTA_DOTFILES_FAILED', `jj did not publish: ${lastWords(result)}`);
  return { kind: 'failed', why, message: lastWords(result), picture: await readPicture(jj, names) };
}

async function checkForward(
  { jj }: Session,
  moves: readonly { readonly name: string; readonly from: string | undefined; readonly to: string }[],
): Promise<void> {
  const lost = moves.filter(({ from }) => from !== undefined).map(({ from, to }) => `(${from} ~ ::${to})`);
  if (lost.length === 0) return;
  const found = await jj.lines(['log', '--no-graph', '-n1', '-r', lost.join(' | '), '-T', commitIds], 'compare with the remote');
  if (found.length === 0) return;
  throw new RotaError(
    'ROTA_DOTFILES_FAILED',
    `Publishing would take commit ${String(found[0]).slice(0, 12)} from the remote; nothing was published.`,
  );
}

/** The local branch follows the remote again, so that the next fetch finds it where it was. */
async function takeBack({ jj, names }: Session, { main, remoteMain }: Picture): Promise<void> {
  if (main.length === 0 || main[0] === remoteMain) return;
  if (remoteMain === undefined) await jj.run(['bookmark', 'forget', names.main]);
  else await jj.must(['bookmark', 'set', names.main, '-r', remoteMain, '--allow-backwards'], 'follow the shared branch');
}
