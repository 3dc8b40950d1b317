import { definePluginCommand, type PluginCommand } from '@rota/core';
import { conflictsOf } from '../conflicts/conflicts-of.ts';
import { waitingMerge } from '../conflicts/waiting-merge.ts';
import { exactPath } from '../jj/fileset.ts';
import type { DotfileOptions } from '../options.ts';
import { openSession } from '../sync/session/open-session.ts';
import { conflictsOutput } from './output-schemas.ts';
import { conflictText } from './status-text.ts';

/** `rota chezmoi conflicts` */
export function conflictsCommand(options: DotfileOptions): PluginCommand {
  return definePluginCommand({
    name: 'conflicts',
    aliases: ['chezmoi-show-conflicts'],
    summary: 'files on which hosts disagree: who changed them, when, and how',
    options: { diff: { kind: 'flag', summary: 'show what differs between the sides' } },
    examples: ['rota chezmoi conflicts', 'rota chezmoi conflicts --diff'],
    output: conflictsOutput,
    async run({ host, options: given }) {
      const session = await openSession(host, options);
      const waiting = await waitingMerge(session);
      const conflicts = waiting === undefined ? [] : await conflictsOf(session, waiting.picture, waiting.probe);
      const data = { host: session.names.tip, conflicts };
      if (waiting === undefined || conflicts.length === 0) return { data, text: 'Nothing is in conflict on this host.' };
      const [one = '@', another = '@'] = waiting.probe.heads;
      const paths = conflicts.flatMap(({ sources }) => sources.map(exactPath));
      const diff = given.diff
        ? await session.jj.must(['diff', '--git', '--from', one, '--to', another, '--', ...paths], 'compare the sides')
        : '';
      return { data, text: [...conflictText(data), ...(diff === '' ? [] : ['', diff])] };
    },
  });
}
