import * as v from 'valibot';
import { formatVersion, instant, jobKey } from './parts.ts';

const common = { formatVersion, at: instant };
const job = { namespace: v.string(), job: v.object(jobKey) };

/** `rota run-all --json`: one of these a line. */
export const runAllOutput = v.variant('kind', [
  v.object({ ...common, kind: v.literal('started'), ...job, scheduledAt: v.nullable(instant) }),
  v.object({ ...common, kind: v.literal('ended'), ...job, exitCode: v.nullable(v.number()) }),
  v.object({ ...common, kind: v.literal('clock-changed') }),
  v.object({ ...common, kind: v.literal('problem'), message: v.string() }),
]);
