import type { ApplyInput, Host } from '@rota/core';
import { changeTable } from './crontab-program/write-table.ts';
import { editTable } from './crontab-text/edit-table.ts';
import { cronDialect } from './dialect.ts';

/** Makes the whole batch in one write of the crontab, or in none where it is as it shall be. */
export async function apply(host: Host, { namespace, changes, dialect, onProgress }: ApplyInput): Promise<void> {
  const edits = changes.map(({ tenant, name, after }) => ({
    tenant,
    name,
    content: after === null ? null : after.files.map((file) => file.content).join(''),
  }));
  await changeTable(host, cronDialect(dialect), (table) => editTable(table, namespace, edits));
  onProgress?.(changes.length, changes.length);
}
