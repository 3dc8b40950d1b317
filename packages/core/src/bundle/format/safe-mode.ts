import type { BundleEntry } from './manifest.ts';

/** The mode that a restore sets. A program of a bundle never runs as somebody else; the bits mean no harm on folders. */
export function safeMode({ type, mode }: Pick<BundleEntry, 'type' | 'mode'>): number {
  return type === 'folder' ? mode : mode & 0o1777;
}
