import {
  type Availability,
  type Backend,
  type Compiled,
  type CompileInput,
  defineBackend,
  type Host,
  isRotaError,
  RotaError,
} from '@rota/core';
import { changeObjects } from './change-objects.ts';
import { controllerStarts } from './controller-starts.ts';
import { cronJobArtifact } from './cron-job.ts';
import { cronText } from './cron-text.ts';
import { kubectl } from './kubectl.ts';
import { listObjects, objectStates } from './list-objects.ts';
import { objectName } from './object-name.ts';
import type { KubernetesOptions } from './options.ts';

/** The controller of Kubernetes 1.27 and later, which has time zones. */
const dialect = { name: 'kubernetes' };
const start = 'kubectl create job "$1-$(date +%s)" --from="cronjob/$1" --namespace "$2"';

/** Jobs as CronJobs of a cluster, for those who outgrow one machine. Each runs in a container; Rota's runner is not there. */
export function kubernetes(options: KubernetesOptions): Backend {
  return defineBackend({
    name: 'kubernetes',
    apiVersion: 1,
    dialects: [dialect],
    capabilities: () => ({
      native: [
        'schedule',
        'timezone',
        'persistent',
        'startingDeadline',
        'env',
        'workingDir',
        'shell',
        'timeout',
        'retry',
        'concurrency.forbid',
        'concurrency.allow',
        'concurrency.replace',
        'history',
        'output',
        'paused',
        'resources.memoryMax',
        'resources.cpuQuota',
      ],
      refused: {
        boot: 'A cluster does not boot. Give the job a schedule.',
        login: 'Nobody logs in to a cluster. Give the job a schedule.',
        references: 'The secrets of this machine are not in the cluster. Let the image read a Secret, or use another backend.',
      },
      alwaysRunner: false,
      neverRunner: true,
    }),
    detect: (host) => detect(host, options),
    compile: (input) => compile(input, options),
    list: (host, input) => listObjects(host, options, input),
    apply: (host, input) => changeObjects(host, options, input),
    state: (host, namespace) => objectStates(host, options, namespace),
    startCommand: (namespace, job) => ['sh', '-c', start, 'sh', objectName(namespace, job), options.clusterNamespace],
    logs: (host, namespace, { tenant, name }, { lines }) => {
      const selector = `rota/namespace=${namespace},rota/tenant=${tenant},rota/job=${name}`;
      return kubectl(host, options, ['logs', '--selector', selector, '--tail', String(lines), '--prefix']);
    },
  });
}

async function detect(host: Host, options: KubernetesOptions): Promise<Availability> {
  try {
    const answer = await kubectl(host, options, ['auth', 'can-i', 'create', 'cronjobs.batch']);
    if (answer.trim() === 'yes') return { usable: true, dialect, findings: [] };
    return unusable(
      `You may not create CronJobs in ${options.clusterNamespace}.`,
      'Ask whoever manages the cluster for the right.',
    );
  } catch (error) {
    if (!isRotaError(error)) throw error;
    return unusable(error.message, 'Install kubectl and choose a context: kubectl config use-context NAME');
  }
}

function unusable(message: string, remedy: string): Availability {
  return { usable: false, dialect, findings: [{ severity: 'error', message, remedy }] };
}

function compile(input: CompileInput, options: KubernetesOptions): Compiled {
  const { schedule } = input;
  if (schedule === undefined) {
    throw new RotaError('ROTA_JOB_REFUSED', 'A CronJob starts at times, not at events.', {
      suggestions: ['Give the job a schedule.'],
    });
  }
  const { calendar, zone } = schedule.declared;
  const text = cronText(calendar);
  return {
    artifact: cronJobArtifact(input, text, zone.name, options),
    native: {
      entries: [`${text} ${zone.name}`],
      firesBetween: (from, to) => controllerStarts(text, zone, from, to),
    },
    warnings: [],
  };
}
