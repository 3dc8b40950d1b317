import { maintain } from '@rota/core';
import { loadBackends } from '../open/load-backends.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota maintain`: what the daily job of the namespace `rota` does. Exits 1 when a part of it could not be done. */
export async function run(context: CommandContext): Promise<number> {
  const { told: _told, ...report } = await maintain(context.host(), await loadBackends());
  if (context.json) {
    context.printJson(report);
    return report.ok ? 0 : 1;
  }
  for (const { namespace, bundles, renewed, sent, waiting, missed, dropped, problems } of report.namespaces) {
    const facts = [
      ...bundles
        .filter(({ outcome }) => outcome !== 'failed')
        .flatMap(({ work, outcome, notes }) => [`${outcome} ${work}, which had been cut off`, ...notes]),
      renewed.length === 0 ? '' : `renewed ${renewed.join(', ')}`,
      sent === 0 ? '' : `sent ${sent} check-ins`,
      waiting === 0 ? '' : `${waiting} check-ins wait`,
      missed.length === 0 ? '' : `told of missed runs of ${missed.join(', ')}`,
      dropped.length === 0 ? '' : `dropped ${dropped.length} files of old records`,
    ].filter((fact) => fact !== '');
    context.print(`${namespace}: ${facts.join('; ') || 'nothing to do'}`);
    for (const problem of problems) context.say(`${namespace}: ${problem}`);
  }
  if (report.namespaces.length === 0) context.say('Nothing is installed here.');
  return report.ok ? 0 : 1;
}
