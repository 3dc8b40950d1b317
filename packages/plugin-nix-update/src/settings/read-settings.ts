import { RotaError } from '@rota/core';
import * as v from 'valibot';
import { type NixUpdateOptions, optionsSchema, type Settings } from './options-schema.ts';
import { ringSchedule } from './ring-schedule.ts';

/** Options with defaults filled in, and the schedule that of this host's ring. @throws ROTA_PLUGIN_INVALID with every problem */
export function readSettings(options: NixUpdateOptions): Settings {
  const result = v.safeParse(optionsSchema, options);
  if (result.success) return { ...result.output, schedule: ringSchedule(result.output) };
  const issues = result.issues.map((issue) => ({
    code: 'ROTA_PLUGIN_INVALID' as const,
    severity: 'error' as const,
    message: `The option \`${v.getDotPath(issue) ?? ''}\` of nix-update: ${issue.message}`,
  }));
  throw new RotaError('ROTA_PLUGIN_INVALID', issues[0]?.message ?? 'The options of nix-update are refused.', { issues });
}
