import { type Availability, type Backend, type Compiled, type CompileInput, defineBackend, type Host } from '@rota/core';
import { agentArtifact, labelOf } from './agent.ts';
import { printInterval } from './calendar-interval.ts';
import { changeAgents } from './change-agents.ts';
import { intervalStarts } from './interval-starts.ts';
import { listAgents } from './list-agents.ts';
import { translateSchedule } from './translate-schedule.ts';

const dialect = { name: 'launchd' };

/**
 * Jobs as launch agents of macOS: `~/Library/LaunchAgents/rota.NAMESPACE.TENANT.JOB.plist`, started in the user's session.
 *
 * Written from launchd.plist(5), launchctl(1) and the published source of launchd-842. It has not run on a Mac: its tests hold the property lists
 * against another reader of them, and its commands against a stand-in for launchctl.
 */
export function launchd(): Backend {
  return defineBackend({
    name: 'launchd',
    apiVersion: 1,
    dialects: [dialect],
    capabilities: () => ({
      native: ['schedule', 'login', 'paused', 'resources.nice'],
      refused: {
        boot: 'An agent of a user starts when the user logs in; a job at boot would be a daemon of the system. Use `on: login`.',
      },
      // launchd knows neither zones nor catch-up after a shutdown, and keeps no history.
      alwaysRunner: true,
    }),
    detect,
    compile,
    list: listAgents,
    apply: changeAgents,
    startCommand: (namespace, job) => ['launchctl', 'start', labelOf(namespace, job)],
  });
}

async function detect(host: Host): Promise<Availability> {
  if (host.platform === 'darwin') {
    return {
      usable: true,
      dialect,
      findings: [{ severity: 'warning', message: 'The launchd backend is an example, and has not run on a Mac.' }],
    };
  }
  const finding = {
    severity: 'error',
    message: 'launchd is the scheduler of macOS.',
    remedy: 'Use systemd or cron here.',
  } as const;
  return { usable: false, dialect, findings: [finding] };
}

function compile(input: CompileInput): Compiled {
  const { schedule } = input;
  if (schedule === undefined) return { artifact: agentArtifact(input, undefined), warnings: [] };
  const intervals = translateSchedule(schedule.declared, schedule.systemZone, schedule.horizon);
  return {
    artifact: agentArtifact(input, intervals),
    native: {
      entries: intervals.map(printInterval),
      firesBetween: (from, to) => intervalStarts(intervals, schedule.systemZone, from, to),
    },
    warnings: [],
  };
}
