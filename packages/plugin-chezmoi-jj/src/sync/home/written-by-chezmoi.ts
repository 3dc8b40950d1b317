import type { Session } from '../session/session.ts';

/** What chezmoi remembers of the files that it wrote or took in: SHA-256 in hex, by target. Source: chezmoi's reference, `state get-bucket`. */
export async function writtenByChezmoi({ chezmoi }: Pick<Session, 'chezmoi'>): Promise<ReadonlyMap<string, string>> {
  const text = await chezmoi.must(['state', 'get-bucket', '--bucket=entryState', '--format=json'], 'read its state');
  const entries: unknown = JSON.parse(text);
  if (typeof entries !== 'object' || entries === null) return new Map();
  return new Map(
    Object.entries(entries as Record<string, unknown>).flatMap(([target, entry]) => {
      const isFile = typeof entry === 'object' && entry !== null && 'contentsSHA256' in entry;
      return isFile && typeof entry.contentsSHA256 === 'string' ? [[target, entry.contentsSHA256]] : [];
    }),
  );
}
