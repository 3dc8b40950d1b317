import { type Host, isRotaError, RotaError } from '@rota/core';
import { connectPowerShell } from './power-shell.ts';
import { schtasks } from './schtasks.ts';
import type { TaskService } from './task-service.ts';

/**
 * PowerShell where it reaches Task Scheduler, else schtasks. A policy may keep PowerShell from starting, or let it start and allow it neither COM nor .NET (Constrained
 * Language Mode), so only an answer counts. Changes nothing. @throws ROTA_BACKEND_UNAVAILABLE when neither is there
 */
export async function openService(host: Host): Promise<TaskService> {
  let reason: string;
  try {
    return await connectPowerShell(host);
  } catch (error) {
    if (!isRotaError(error)) throw error;
    reason = error.message;
  }
  if (await schtasksStarts(host)) return { ...schtasks(host), insteadOf: reason };
  throw new RotaError('ROTA_BACKEND_UNAVAILABLE', `Neither powershell.exe nor schtasks.exe can be used. ${reason}`, {
    suggestions: ['Both are in %SystemRoot%\\System32: is it on the PATH, and does a policy forbid them?'],
  });
}

async function schtasksStarts(host: Host): Promise<boolean> {
  try {
    return (await host.run({ file: 'schtasks.exe', args: ['/?'] })).exitCode === 0;
  } catch (error) {
    if (isRotaError(error)) return false;
    throw error;
  }
}
