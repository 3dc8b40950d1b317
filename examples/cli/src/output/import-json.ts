import type { ImportedEntry } from '@rota/core';

/** An entry in the stable shape of `rota import --json`. */
export function importJson({ entry, manifest, left }: ImportedEntry) {
  const { backend, id, owner, text, name, description, reading, notes, identity, notAdoptable } = entry;
  return {
    backend,
    id,
    owner,
    text,
    name: name ?? null,
    description: description ?? null,
    reading: reading ?? null,
    notes: notes ?? [],
    adoptable: identity !== undefined && notAdoptable === undefined,
    ...(notAdoptable === undefined ? {} : { notAdoptable }),
    ...(left === undefined ? {} : { left }),
    manifest,
  };
}
