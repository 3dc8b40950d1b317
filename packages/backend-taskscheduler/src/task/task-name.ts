import { type JobKey, RotaError } from '@rota/core';

/** The folder that holds every task of Rota. Nothing outside it is ever changed. */
export const ROOT_FOLDER = '\\Rota';

/** The folder of a tenant, with a backslash at both ends as the cmdlets of Windows write it. */
export function taskFolder(namespace: string, tenant: string): string {
  return `${ROOT_FOLDER}\\${namespace}\\${tenant}\\`;
}

// A task is a file of its name, and these are no names of files on any Windows.
const device = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** The full name of a job's task. @throws ROTA_JOB_REFUSED for names of devices, which no file of Windows can have */
export function taskName(namespace: string, { tenant, name }: JobKey): string {
  const bad = [namespace, tenant, name].find((part) => device.test(part));
  if (bad !== undefined) {
    throw new RotaError(
      'ROTA_JOB_REFUSED',
      `${tenant}/${name} cannot be a task: \`${bad}\` is the name of a device on Windows. Choose another name.`,
    );
  }
  return `${taskFolder(namespace, tenant)}${name}`;
}
