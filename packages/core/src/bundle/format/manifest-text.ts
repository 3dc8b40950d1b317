import { tarHeader } from '../tar/tar-header.ts';
import type { EntrySpool } from './entry-spool.ts';
import { type BundleHead, manifestFrame } from './manifest.ts';

/** The text of `manifest.json`, in pieces that hold until the next. */
export function manifestText({
  manifest,
  entries,
}: {
  readonly manifest: BundleHead;
  readonly entries: Pick<EntrySpool, 'size' | 'text'>;
}): {
  readonly size: number;
  parts(): Generator<Uint8Array>;
} {
  const { opening, closing } = manifestFrame(manifest);
  const [before, behind] = [Buffer.from(opening), Buffer.from(closing)];
  return {
    size: before.length + entries.size + behind.length,
    *parts() {
      yield before;
      yield* entries.text();
      yield behind;
    },
  };
}

/** The header of the first member, the manifest. */
export function manifestHeader(size: number, createdAt: string): Buffer {
  return tarHeader({
    name: 'manifest.json',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    user: '',
    group: '',
    mtimeNs: BigInt(Date.parse(createdAt)) * 1_000_000n,
    size,
    link: '',
  });
}
