import type { PosixRule } from './posix-rule.ts';

/** One change of a zone's clock. Instants in seconds since the epoch, offsets in seconds east of UTC. */
export interface ZoneChange {
  readonly at: number;
  readonly offsetBefore: number;
  /** May equal `offsetBefore` when only the daylight-saving flag changes. */
  readonly offsetAfter: number;
  readonly isDstBefore: boolean;
  readonly isDstAfter: boolean;
}

/** A time zone as the scheduler of this machine knows it. Made by {@link loadZone}. */
export interface Zone {
  /** The IANA name that was asked for. */
  readonly name: string;
  /** First 16 hex digits of the sha256 of the zone file: changes when the zone's data does. */
  readonly digest: string;
  /** The rule that holds for ever from `footerFrom` on, where the file has one. */
  readonly footer: PosixRule | undefined;
  /** The instant of the last change that the file lists; later ones follow `footer`. */
  readonly footerFrom: number;
  /** Seconds east of UTC at an instant of 1970 to 2100. */
  offsetAt(utcSeconds: number): number;
  /** The changes at instants in [from, to), in order, within 1970 to 2100. */
  changesBetween(from: number, to: number): readonly ZoneChange[];
}
