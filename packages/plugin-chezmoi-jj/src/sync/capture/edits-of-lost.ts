import type { StatusLine } from '../../chezmoi/status-line.ts';
import { commitIds } from '../../jj/json-template.ts';
import type { Picture } from '../../jj/picture.ts';
import { readKnownTip } from '../session/identity.ts';
import type { Session } from '../session/session.ts';

/**
 * Where the repository was made anew, of what this host had published last: what it had taken since is in the home only, and chezmoi holds it for what it wrote itself.
 * It is an edit again; what the home had from others is the same there.
 */
export async function editsOfLost(
  { host, place, jj }: Session,
  { tip }: Picture,
  lines: readonly StatusLine[],
): Promise<readonly StatusLine[]> {
  const known = readKnownTip(host, place);
  if (known === undefined || tip.includes(known) || !lines.some(isUnlike)) return lines;
  const found = await jj.lines(['log', '--no-graph', '-r', `present(${known})`, '-T', commitIds], 'find where this host was');
  return found.length > 0 ? lines : lines.map((line) => (isUnlike(line) ? { ...line, here: 'M' } : line));
}

function isUnlike({ here, apply }: StatusLine): boolean {
  return here === ' ' && apply === 'M';
}
