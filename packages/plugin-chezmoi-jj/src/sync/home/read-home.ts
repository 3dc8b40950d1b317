import { dirname, join } from 'node:path';
import { busy, isHeld } from '../../chezmoi/chezmoi.ts';
import { readStatusLines, type StatusLine } from '../../chezmoi/status-line.ts';
import type { Session } from '../session/session.ts';

const ask = ['status', '--path-style=absolute'];

/**
 * How this home differs from the working copy.
 *
 * @throws ROTA_DOTFILES_BUSY, ROTA_DOTFILES_FAILED (a template that cannot be read)
 */
export async function readHome(session: Pick<Session, 'chezmoi' | 'home' | 'host'>): Promise<readonly StatusLine[]> {
  const { chezmoi, home } = session;
  const whole = await chezmoi.run(ask);
  if (whole.exitCode === 0) return readStatusLines(whole.stdout, home);
  if (isHeld(whole)) throw busy();
  const named = /: lstat \/.+: not a directory$/m.test(whole.stderr) ? await reachable(session) : [];
  return readStatusLines(await chezmoi.must([...ask, ...named], 'compare this home'), home);
}

/** `chezmoi status` gives up where a file is to become a folder, because it looks for the files of the folder already: it is asked of all others by name. */
async function reachable({ chezmoi, home, host }: Pick<Session, 'chezmoi' | 'home' | 'host'>): Promise<readonly string[]> {
  const managed = (await chezmoi.must(['managed', '-0'], 'list its files')).split('\0').filter((path) => path !== '');
  const isBelowFile = (path: string): boolean =>
    path !== '.' && (host.files.facts(join(home, path))?.kind === 'file' || isBelowFile(dirname(path)));
  return ['--recursive=false', '--', ...managed.filter((path) => !isBelowFile(dirname(path))).map((path) => join(home, path))];
}
