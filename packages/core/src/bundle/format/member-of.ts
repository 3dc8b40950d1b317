import type { TarMember } from '../tar/tar-member.ts';
import type { BundleEntry } from './manifest.ts';

/** The member of the archive that an entry of the manifest describes. */
export function memberOf(entry: BundleEntry): TarMember {
  const { name, type, mode, uid, gid, user, group, mtimeNs, size, link, xattrs } = entry;
  return { name, type, mode, uid, gid, user, group, mtimeNs: BigInt(mtimeNs), size, link: link ?? '', xattrs };
}
