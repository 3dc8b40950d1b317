import { release } from 'node:os';
import { type Availability, type Dialect, type Host, isRotaError } from '@rota/core';
import { hidesWindow, type TaskSchedulerOptions } from './options.ts';
import { openService } from './service/open-service.ts';

export const dialect: Dialect = { name: 'taskscheduler', version: 1.4 };

/** Windows 10 1809, the first whose conhost.exe knows `--headless`. */
const headlessBuild = 17_763;

/** Usable on Windows, where PowerShell or schtasks can be used. `windows` is its release, such as `10.0.14393`. */
export async function detect(host: Host, options: TaskSchedulerOptions, windows = ownRelease()): Promise<Availability> {
  if (host.platform !== 'win32') {
    const message = `Task Scheduler is part of Windows; this is ${host.platform}.`;
    return {
      usable: false,
      dialect,
      findings: [{ severity: 'error', message, remedy: 'Use --backend systemd or --backend cron.' }],
    };
  }
  try {
    const service = await openService(host);
    const findings: Availability['findings'][number][] = [];
    if ((options.account ?? 'interactive') === 'interactive') {
      findings.push({
        severity: 'warning',
        message: 'Tasks run while this user is logged on, and not otherwise.',
        remedy: "For jobs without network credentials: the backend's option `account: 's4u'`, applied as administrator.",
      });
    }
    if (options.account === 's4u') {
      findings.push({
        severity: 'warning',
        message:
          'Tasks run as S4U: without network credentials and encrypted files, and only where this user may log on as a batch job.',
        remedy: 'secpol.msc, Local Policies, User Rights Assignment, "Log on as a batch job".',
      });
    }
    if (hidesWindow(options) && Number(windows.split('.')[2] ?? headlessBuild) < headlessBuild) {
      findings.push({
        severity: 'error',
        message: `Windows ${windows} cannot start jobs without a window, so it would not start them.`,
        remedy: "The backend's option `hideWindow: false`, then rota apply.",
      });
    }
    if (options.startOnBattery === false) {
      findings.push({
        severity: 'warning',
        message: 'Tasks do not start on battery.',
        remedy: "Leave out the backend's option `startOnBattery: false`, and give `requires.power: ac` to the jobs that need it.",
      });
    }
    if (service.name === 'schtasks') {
      findings.push({
        severity: 'warning',
        message: `PowerShell cannot be used, so next and last runs are not known, and empty folders stay in Task Scheduler. ${service.insteadOf ?? ''}`,
        remedy: 'Allow powershell.exe, and in it COM and .NET, for this user.',
      });
    }
    return { usable: true, dialect, findings };
  } catch (error) {
    if (!isRotaError(error)) throw error;
    const remedy = error.suggestions[0];
    return {
      usable: false,
      dialect,
      findings: [{ severity: 'error', message: error.message, ...(remedy === undefined ? {} : { remedy }) }],
    };
  }
}

function ownRelease(): string {
  return process.platform === 'win32' ? release() : '';
}
