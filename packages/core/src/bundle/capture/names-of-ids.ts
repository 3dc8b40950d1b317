import type { Files } from '../../host/files.ts';

/** Names of users and groups by number, as passwd(5) and group(5) list them; empty where they do not. */
export interface NamesOfIds {
  readonly user: (uid: number) => string;
  readonly group: (gid: number) => string;
}

export function namesOfIds(files: Pick<Files, 'readText'>): NamesOfIds {
  const users = namesIn(files.readText('/etc/passwd'));
  const groups = namesIn(files.readText('/etc/group'));
  return { user: (uid) => users.get(uid) ?? '', group: (gid) => groups.get(gid) ?? '' };
}

function namesIn(text: string | undefined): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of (text ?? '').split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && /^\d+$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}
