import { targetPath } from '../chezmoi/target-path.ts';
import { exactPath } from '../jj/fileset.ts';
import { jsonLine, jsonList } from '../jj/json-template.ts';
import type { Picture } from '../jj/picture.ts';
import type { Conflict, ConflictSide } from '../status/sync-status.ts';
import type { Probe } from '../sync/merge/probe-merge.ts';
import type { Session } from '../sync/session/session.ts';

const template = jsonLine({
  commit: 'json(commit_id)',
  changedAt: 'json(author.timestamp())',
  hosts: jsonList('trailers.filter(|t| t.key() == "Host")', 'json(x.value())'),
  author: 'json(author.name())',
});

/** The conflicts of a merge, by dotfile, with who changed it last on each side. */
export async function conflictsOf(
  session: Session,
  picture: Picture,
  probe: Pick<Probe, 'conflicted' | 'heads'>,
): Promise<readonly Conflict[]> {
  const folder = session.source === session.tree ? '' : `${session.source.slice(session.tree.length + 1)}/`;
  const byPath = new Map<string, string[]>();
  for (const source of probe.conflicted) {
    const path = (source.startsWith(folder) ? targetPath(source.slice(folder.length)) : undefined) ?? source;
    byPath.set(path, [...(byPath.get(path) ?? []), source]);
  }
  return await Promise.all(
    [...byPath].map(async ([path, sources]) => ({
      path,
      sources,
      sides: (await Promise.all(probe.heads.map((head) => sideOf(session, picture, probe.heads, head, sources)))).flat(),
    })),
  );
}

async function sideOf(
  { jj }: Session,
  picture: Picture,
  heads: readonly string[],
  head: string,
  sources: readonly string[],
): Promise<readonly ConflictSide[]> {
  const others = heads.filter((other) => other !== head).join(' | ');
  const touching = sources.map((source) => `files(${exactPath(source)})`).join(' | ');
  const only = others === '' ? `::${head}` : `(::${head} ~ ::(${others}))`;
  const lines = await jj.lines(
    ['log', '--no-graph', '-n1', '-r', `latest(${only} & (${touching}), 1)`, '-T', template],
    'find who changed a file',
  );
  const side = head === picture.remoteMain ? 'remote' : head === picture.tip[0] ? 'local' : 'source';
  return lines
    .filter(isChange)
    .map(({ commit, changedAt, hosts, author }) => ({ side, host: hosts[0] ?? author, commit, changedAt }));
}

function isChange(
  value: unknown,
): value is { readonly commit: string; readonly changedAt: string; readonly hosts: readonly string[]; readonly author: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'commit' in value &&
    'changedAt' in value &&
    'hosts' in value &&
    'author' in value
  );
}
