import { createHash } from 'node:crypto';
import { type Artifact, type CompileInput, type Job, RotaError } from '@rota/core';
import { objectName } from './object-name.ts';
import type { KubernetesOptions } from './options.ts';
import { cpuQuantity, memoryQuantity } from './quantities.ts';

/** DETAILS of Rota: without an explicit deadline, a job that is not persistent starts at most this late. */
const defaultDeadlineSeconds = 600;
const policies = { forbid: 'Forbid', allow: 'Allow', replace: 'Replace' } as const;

/** The CronJob of a job, as JSON. @throws ROTA_JOB_REFUSED for what a cluster cannot do */
export function cronJobArtifact(input: CompileInput, schedule: string, timeZone: string, options: KubernetesOptions): Artifact {
  const { namespace, job } = input;
  const labels = labelsOf(namespace, job);
  const spec = {
    schedule,
    timeZone,
    concurrencyPolicy: policyOf(job),
    ...deadlineOf(job),
    suspend: job.paused,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels },
      spec: {
        backoffLimit: retriesOf(job),
        template: { metadata: { labels }, spec: podOf(job, options) },
      },
    },
  };
  const digest = createHash('sha256')
    .update(JSON.stringify([labels, spec]))
    .digest('hex')
    .slice(0, 32);
  const name = objectName(namespace, job);
  const object = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: options.clusterNamespace, labels, annotations: { 'rota/digest': digest } },
    spec,
  };
  return { files: [{ name: `${name}.json`, content: `${JSON.stringify(object, null, 2)}\n` }], digest, active: !job.paused };
}

/** By these an object is recognised; names are valid label values. */
function labelsOf(namespace: string, { tenant, name }: Job): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/managed-by': 'rota', 'rota/namespace': namespace, 'rota/tenant': tenant, 'rota/job': name };
}

function policyOf({ concurrency }: Job): string {
  const { policy } = concurrency;
  // Lowering has refused `queue`.
  return policy === 'queue' ? policies.forbid : policies[policy];
}

/** A persistent job is caught up however late: without a deadline the controller starts the latest missed one. */
function deadlineOf({ persistent, startingDeadlineMs }: Job): { readonly startingDeadlineSeconds?: number } {
  if (startingDeadlineMs === undefined) return persistent ? {} : { startingDeadlineSeconds: defaultDeadlineSeconds };
  const seconds = Math.ceil(startingDeadlineMs / 1000);
  if (seconds >= 10) return { startingDeadlineSeconds: seconds };
  throw refused(
    '`startingDeadline` is shorter than the 10 s between two looks of the controller, so the job might never start.',
    '10s',
  );
}

/** The controller waits 10 s, 20 s, 40 s, ... and never more than 6 minutes (kubernetes.io, pod backoff failure policy). */
function retriesOf({ retry }: Job): number {
  if (!retry.enabled) return 0;
  const isTheirs =
    retry.backoff === 'exponential' && retry.delayMs === 10_000 && retry.attempts <= 6 && retry.maxDelayMs >= 320_000;
  if (isTheirs) return retry.attempts;
  throw refused(
    '`retry` in a cluster is exponential, begins with 10 s and is the same for every job.',
    'retry: {enabled: true, attempts: 3}, with at most 6 attempts and nothing else',
  );
}

function podOf(job: Job, { image: shared }: KubernetesOptions) {
  const image = job.annotations['kubernetes-image'] ?? shared;
  if (image === undefined)
    throw refused('Nothing says in which container image the job runs.', 'annotations: {kubernetes-image: IMAGE}');
  const { memoryMax, cpuQuota } = job.resources;
  const limits = {
    ...(cpuQuota === undefined ? {} : { cpu: cpuQuantity(cpuQuota) }),
    ...(memoryMax === undefined ? {} : { memory: memoryQuantity(memoryMax) }),
  };
  const env = { ...job.env, ROTA_JOB: job.name, ROTA_TENANT: job.tenant };
  return {
    restartPolicy: 'Never',
    // A job gets no rights in the cluster by itself.
    automountServiceAccountToken: false,
    // Of each pod, so of each attempt.
    ...(job.timeoutMs === undefined ? {} : { activeDeadlineSeconds: Math.ceil(job.timeoutMs / 1000) }),
    containers: [
      {
        name: 'job',
        image,
        command: (job.shell ? ['/bin/sh', '-c', ...job.command] : job.command).map(literal),
        ...(job.workingDir === undefined ? {} : { workingDir: job.workingDir }),
        env: [
          ...Object.entries(env).map(([name, value]) => ({ name, value: literal(value) })),
          { name: 'ROTA_RUN_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        ...(Object.keys(limits).length === 0 ? {} : { resources: { limits } }),
      },
    ],
  };
}

/** Kubernetes replaces `$(NAME)` in commands and variables, and `$$` by `$` (kubernetes.io, dependent environment variables). */
function literal(text: string): string {
  return text.split('$').join('$$');
}

function refused(message: string, suggestion: string): RotaError {
  return new RotaError('ROTA_JOB_REFUSED', message, { suggestions: [`Use ${suggestion}.`] });
}
