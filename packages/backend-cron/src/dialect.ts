import { type Dialect, RotaError } from '@rota/core';

/** The cron daemons that this backend knows: they read the same line differently. */
export type CronDialect = 'debian' | 'cronie' | 'busybox';

/** The default of `render` first. */
export const cronDialects: readonly CronDialect[] = ['debian', 'cronie', 'busybox'];

/** @throws ROTA_BACKEND_DIALECT for a name that is none of the three. */
export function cronDialect(dialect: Dialect): CronDialect {
  const known = cronDialects.find((name) => name === dialect.name);
  if (known === undefined) {
    throw new RotaError('ROTA_BACKEND_DIALECT', `cron has no dialect "${dialect.name}"; it knows ${cronDialects.join(', ')}.`, {
      suggestions: [...cronDialects],
    });
  }
  return known;
}
