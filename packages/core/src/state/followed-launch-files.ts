import { basename } from 'node:path';

/** Launch files by their names, and those that they start in turn. `textOf` reads one; what is not there, or is none, starts nothing. */
export function withFollowed(names: Iterable<string>, textOf: (name: string) => string | undefined): ReadonlySet<string> {
  const found = new Set(names);
  // A set hands out what is added on the way, too.
  for (const name of found) for (const follower of followedBy(textOf(name) ?? '')) found.add(follower);
  return found;
}

function followedBy(text: string): readonly string[] {
  if (!text.includes('"followers":[{')) return [];
  try {
    const { followers }: { readonly followers: readonly { readonly launchFile: string | null }[] } = JSON.parse(text);
    return followers.flatMap(({ launchFile }) => (launchFile === null ? [] : [basename(launchFile)]));
  } catch {
    return [];
  }
}
