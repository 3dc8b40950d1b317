/** Deleted paths by what they held. However many hold the same, each answer takes about the same time. */
export interface GonePaths {
  add(content: string, path: string): void;
  /** A path that held this, and has not been taken yet: one with the same name in another folder, else the first. */
  take(content: string, path: string): string | undefined;
}

/** Begins with none. */
export function gonePaths(): GonePaths {
  const groups = new Map<string, Set<string>>();
  const groupsOf = (content: string, path: string): readonly string[] => [
    `${content} ${path.slice(path.lastIndexOf('/') + 1)}`,
    content,
  ];
  return {
    add(content, path) {
      for (const group of groupsOf(content, path)) groups.set(group, (groups.get(group) ?? new Set()).add(path));
    },
    take(content, path) {
      for (const group of groupsOf(content, path)) {
        const [found] = groups.get(group) ?? [];
        if (found === undefined) continue;
        for (const one of groupsOf(content, found)) groups.get(one)?.delete(found);
        return found;
      }
      return undefined;
    },
  };
}
