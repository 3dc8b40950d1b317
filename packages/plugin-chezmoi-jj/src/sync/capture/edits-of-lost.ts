import type { StatusLine } from '../../chezmoi/status-line.ts';
import { commitIds } from '../../jj/json-template.ts';
import type { Picture } from '../../jj/picture.ts';
import { writtenByChezmoi } from '../home/written-by-chezmoi.ts';
import { readKnownBase, readKnownTip } from '../session/identity.ts';
import type { Session } from '../session/session.ts';

/**
 * Where the repository was made anew, of what this host had published last or had of others: what it had taken since is in the home only, and chezmoi holds it for what it wrote
 * itself. It is an edit again; what the home had from others is the same there. What chezmoi never wrote waits for a person as before; and where it is not known what the home
 * had, what is cloned may be newer, and what differs is not known to be an edit.
 */
export async function editsOfLost(
  session: Session,
  { tip, remoteTip }: Picture,
  lines: readonly StatusLine[],
): Promise<readonly StatusLine[]> {
  const { host, place, jj } = session;
  const known = readKnownTip(host, place);
  const begin = [remoteTip, readKnownBase(host, place)];
  if (known === undefined || tip.includes(known) || !tip.some((commit) => begin.includes(commit)) || !lines.some(isUnlike))
    return lines;
  const found = await jj.lines(['log', '--no-graph', '-r', `present(${known})`, '-T', commitIds], 'find where this host was');
  if (found.length > 0) return lines;
  const written = await writtenByChezmoi(session);
  return lines.map((line) => (isUnlike(line) && written.has(line.target) ? { ...line, here: 'M' } : line));
}

function isUnlike({ here, apply }: StatusLine): boolean {
  return here === ' ' && apply === 'M';
}
