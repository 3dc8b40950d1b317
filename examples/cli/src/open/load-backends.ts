import type { Backend } from '@rota/core';

/** The names that `--backend` takes, best first. */
export const backendNames = ['systemd', 'taskscheduler', 'cron', 'embedded'] as const;

type BackendName = (typeof backendNames)[number];

const loaders: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  systemd: async () => (await import('@rota/backend-systemd')).systemd(),
  taskscheduler: async () => (await import('@rota/backend-taskscheduler')).taskscheduler(),
  cron: async () => (await import('@rota/backend-cron')).cron(),
  embedded: async () => (await import('@rota/core')).embedded(),
};

/** All backends that this command line knows. */
export async function loadBackends(): Promise<readonly Backend[]> {
  return await Promise.all(backendNames.map((name) => loaders[name]()));
}

/** One of them. @throws ROTA_BACKEND_UNKNOWN */
export async function loadBackend(name: string): Promise<Backend> {
  const known = backendNames.find((candidate) => candidate === name);
  if (known !== undefined) return await loaders[known]();
  const { nearest, RotaError } = await import('@rota/core');
  const near = nearest(name, backendNames);
  throw new RotaError('ROTA_BACKEND_UNKNOWN', `There is no backend \`${name}\`; there are ${backendNames.join(', ')}.`, {
    suggestions: near === undefined ? [] : [near],
  });
}
