import { createHash } from 'node:crypto';
import type { Artifact, CompileInput, JobKey } from '@rota/core';
import type { CalendarInterval } from './calendar-interval.ts';
import { printPlist } from './property-list.ts';

const prefix = 'rota';

/** `rota.default.acme.backup`: names of namespaces, tenants and jobs hold no dots. */
export function labelOf(namespace: string, { tenant, name }: JobKey): string {
  return `${prefix}.${namespace}.${tenant}.${name}`;
}

/** Whose agent a label is; `undefined` for those of others, and of other namespaces. */
export function ownerOf(label: string, namespace: string): JobKey | undefined {
  const [first, second, tenant, name, ...rest] = label.split('.');
  if (first !== prefix || second !== namespace || tenant === undefined || name === undefined || rest.length > 0) return undefined;
  return { tenant, name };
}

/** The property list of an agent. Without intervals it is a job that starts when the user logs in. */
export function agentArtifact(input: CompileInput, intervals: readonly CalendarInterval[] | undefined): Artifact {
  const { job, namespace, launcher, launchFile } = input;
  const label = labelOf(namespace, job);
  const body = {
    Label: label,
    ProgramArguments: [launcher, ...(launchFile === undefined ? [] : [launchFile])],
    ...(intervals === undefined
      ? { RunAtLoad: true }
      : { StartCalendarInterval: intervals.map((interval) => ({ ...interval })) }),
    ...(job.resources.nice === undefined ? {} : { Nice: job.resources.nice }),
    ...(job.paused ? { Disabled: true } : {}),
    ProcessType: 'Background',
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([namespace, job.tenant, body]))
    .digest('hex')
    .slice(0, 32);
  // launchd has no key for remarks; a variable is one that it passes on and that the job may ignore.
  const content = printPlist({ ...body, EnvironmentVariables: { ROTA_DIGEST: digest } });
  return { files: [{ name: `${label}.plist`, content }], digest, active: !job.paused };
}

/** The digest that an installed property list carries. */
export function carriedDigest(content: string): string | undefined {
  return /<key>ROTA_DIGEST<\/key>\s*<string>([0-9a-f]{32})<\/string>/.exec(content)?.[1];
}
