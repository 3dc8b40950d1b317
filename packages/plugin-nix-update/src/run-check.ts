import type { Host } from '@rota/core';
import { problemsNow } from './health/check-health.ts';
import { openContext } from './open-context.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { readSettings } from './settings/read-settings.ts';
import { type PreconditionResult, preconditions } from './steps/check-preconditions.ts';

/** What a check is called with. */
export interface CheckInput {
  readonly options: NixUpdateOptions;
  /** @default this machine and this user */
  readonly host?: Host;
}

/** Whether an update could begin now, and how the machine is. */
export interface UpdateHealth {
  readonly ready: boolean;
  readonly preconditions: readonly PreconditionResult[];
  /** What the health check of an update would say of the system as it is; failed units included, for there is no baseline. */
  readonly problems: readonly string[];
}

/** Looks at the preconditions and at the health checks once; changes nothing. @throws ROTA_PLUGIN_INVALID */
export async function checkUpdateHealth({ options, host }: CheckInput): Promise<UpdateHealth> {
  const { context } = openContext(readSettings(options), 'manual', host);
  const results = await preconditions(context);
  return {
    ready: results.every(({ problem }) => problem === null),
    preconditions: results,
    problems: await problemsNow(context, null),
  };
}
