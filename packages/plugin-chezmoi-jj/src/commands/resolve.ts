import { join } from 'node:path';
import { definePluginCommand, type Host, type PluginCommand, RotaError } from '@rota/core';
import { markedText } from '../conflicts/marked-text.ts';
import { resolve } from '../conflicts/resolve.ts';
import type { Take } from '../conflicts/resolve-path.ts';
import type { DotfileOptions } from '../options.ts';
import { openSession } from '../sync/session/open-session.ts';
import { placeOf } from '../sync/session/place.ts';
import { syncDotfiles } from '../sync/sync-dotfiles.ts';
import { editFile } from './edit-file.ts';
import { resolveOutput } from './output-schemas.ts';
import { statusText } from './status-text.ts';

/** `rota chezmoi resolve` */
export function resolveCommand(options: DotfileOptions): PluginCommand {
  return definePluginCommand({
    name: 'resolve',
    summary: 'decide a file that hosts disagree on, or that was left alone; the last decision synchronises',
    positionals: [{ name: 'path', summary: 'below the home folder, as `conflicts` and `status` list it' }],
    options: {
      take: {
        kind: 'text',
        value: 'side',
        summary: 'this home, the other hosts, or both in an editor',
        choices: ['local', 'remote', 'edit'],
      },
      noSync: { kind: 'flag', summary: 'do not synchronise afterwards' },
    },
    examples: ['rota chezmoi resolve .zshrc --take remote', 'rota chezmoi resolve .zshrc --take edit'],
    output: resolveOutput,
    async run({ host, args: [given = ''], options: { take, noSync }, json, say }) {
      if (take === undefined)
        throw new RotaError('ROTA_USAGE', 'Say whose version counts.', {
          suggestions: [`rota chezmoi resolve ${given} --take local|remote|edit`],
        });
      const path = relativePath(given, host.user.home);
      const chosen: Take =
        take === 'edit' ? { from: 'edit', text: await editedText(host, options, path, json, say) } : { from: take };
      const resolved = await resolve(host, options, path, chosen);
      const status = noSync || resolved.left.length > 0 ? null : (await syncDotfiles(host, options)).status;
      const more = resolved.left.length > 0 ? [`still in conflict: ${resolved.left.join(', ')}`] : [];
      return {
        data: { ...resolved, status },
        text: [`${path}: ${take}`, ...more, ...(status === null ? [] : statusText(status))],
      };
    },
  });
}

/** `~/.zshrc` and the whole path mean `.zshrc`, as a shell makes them. */
function relativePath(given: string, home: string): string {
  if (given.startsWith('~/')) return given.slice(2);
  return given.startsWith(`${home}/`) ? given.slice(home.length + 1) : given;
}

/** The file with both sides in it, as the person has left it. @throws ROTA_USAGE without a terminal */
async function editedText(
  host: Host,
  options: DotfileOptions,
  path: string,
  json: boolean,
  say: (line: string) => void,
): Promise<string> {
  if (json || !process.stdin.isTTY) {
    throw new RotaError('ROTA_USAGE', '`--take edit` opens an editor, and there is no terminal.', {
      suggestions: [`rota chezmoi resolve ${path} --take local|remote`],
    });
  }
  const file = join(placeOf(host).resolve, path.replaceAll('/', '_'));
  host.files.write(file, await markedText(await openSession(host, options), path));
  // Also so that nothing else is written to the terminal that the editor has from here on.
  say(`Opening ${path} in the editor.`);
  await editFile(host, file);
  const text = host.files.readText(file) ?? '';
  host.files.remove(file);
  return text;
}
