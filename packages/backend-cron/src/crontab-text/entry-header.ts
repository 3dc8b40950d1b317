import { createHash } from 'node:crypto';
import type { JobKey } from '@rota/core';
import type { BytesText } from './bytes-text.ts';

/** What the comment above a job's lines says. */
export interface EntryHeader extends JobKey {
  readonly digest: string;
  /** Of the lines below, as they were installed. */
  readonly check: string;
}

const pattern = /^# rota job ([a-z0-9]+(?:-+[a-z0-9]+)*)\/([a-z0-9]+(?:-+[a-z0-9]+)*) ([0-9a-f]{16}) ([0-9a-f]{8})$/;

export function entryHeader({ tenant, name }: JobKey, digest: string, body: BytesText): string {
  return `# rota job ${tenant}/${name} ${digest} ${bodyCheck(body)}`;
}

/** Reads a line without its line break. */
export function readEntryHeader(line: string): EntryHeader | undefined {
  const [, tenant, name, digest, check] = pattern.exec(line) ?? [];
  if (tenant === undefined || name === undefined || digest === undefined || check === undefined) return undefined;
  return { tenant, name, digest, check };
}

export function bodyCheck(body: BytesText): string {
  return createHash('sha256').update(body, 'latin1').digest('hex').slice(0, 8);
}
