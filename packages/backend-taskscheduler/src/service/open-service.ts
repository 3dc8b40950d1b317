import { type Host, isRotaError, RotaError } from '@rota/core';
import { powerShell } from './power-shell.ts';
import { schtasks } from './schtasks.ts';
import type { TaskService } from './task-service.ts';

/** PowerShell where it starts, else schtasks. Changes nothing. @throws ROTA_BACKEND_UNAVAILABLE when neither is there */
export async function openService(host: Host): Promise<TaskService> {
  if (await starts(host, 'powershell.exe', ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', 'exit 0']))
    return powerShell(host);
  if (await starts(host, 'schtasks.exe', ['/?'])) return schtasks(host);
  throw new RotaError('ROTA_BACKEND_UNAVAILABLE', 'Neither powershell.exe nor schtasks.exe can be started.', {
    suggestions: ['Both are in %SystemRoot%\\System32: is it on the PATH, and does a policy forbid them?'],
  });
}

async function starts(host: Host, file: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await host.run({ file, args })).exitCode === 0;
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_COMMAND_MISSING') return false;
    throw error;
  }
}
