import type { JsonSchema } from '@rota/core';
import { syncStates } from '../status/sync-status.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const flag = { type: 'boolean' } as const;
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const record = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const conflict = record({
  path: text,
  sources: list(text),
  sides: list(record({ side: { enum: ['local', 'remote', 'source'] }, host: text, commit: text, changedAt: text })),
});

const status = {
  schema: { const: 'rota-chezmoi-status/1' },
  host: text,
  state: { enum: [...syncStates] },
  lastSync: orNull(text),
  lastSuccess: orNull(text),
  lastError: orNull(record({ kind: text, message: text })),
  main: orNull(text),
  hostTip: orNull(text),
  ahead: count,
  behind: count,
  conflicts: list(conflict),
  drift: list(record({ path: text, reason: text })),
  blockedSecrets: list(record({ path: text, kind: text, line: count })),
  pendingPush: flag,
  versions: orNull(record({ jj: text, git: text, chezmoi: text })),
  since: orNull(text),
  captured: list(text),
  applied: list(text),
};

const withVersion = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  record({ formatVersion: { const: 1 }, ...properties });

/** JSON Schemas of what the commands print with `--json`. */
const oneSync = withVersion(status);
/** One status, or with `users`, as root, how it went for each. */
export const syncOutput: JsonSchema = {
  anyOf: [
    oneSync,
    withVersion({ users: list(record({ user: text, exitCode: orNull(count), output: text, status: orNull(oneSync) })) }),
  ],
};
export const statusOutput = withVersion({ ...status, log: list(text) });
export const conflictsOutput = withVersion({ host: text, conflicts: list(conflict) });
export const resolveOutput = withVersion({
  path: text,
  what: { enum: ['conflict', 'drift'] },
  left: list(text),
  status: orNull(oneSync),
});
export const undoOutput = withVersion({ madeAt: text, restored: list(text), removed: list(text), kept: orNull(text) });
export const fleetOutput = withVersion({
  hosts: list(
    record({
      host: text,
      isThisHost: flag,
      commit: text,
      changedAt: text,
      behind: count,
      behindSince: orNull(text),
      ahead: count,
      disagreesSince: orNull(text),
      disagreesOn: list(text),
    }),
  ),
  silent: list(text),
});
