import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { definePluginCommand, type Host, isRotaError, type PluginCommand, RotaError } from '@rota/core';
import { markedText } from '../conflicts/marked-text.ts';
import { resolve } from '../conflicts/resolve.ts';
import type { Take } from '../conflicts/take.ts';
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
      const edited = take === 'edit' ? await editedText(host, options, path, json, say) : undefined;
      const chosen: Take =
        take === 'edit' ? { from: take, text: edited?.text ?? '', shown: edited?.shown ?? '' } : { from: take };
      const resolved = await resolve(host, options, path, chosen).catch((error: unknown) => {
        throw edited === undefined ? error : withText(error, edited.file);
      });
      if (edited !== undefined) await rm(dirname(edited.file), { recursive: true, force: true });
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

/** What a person wrote is not thrown away because it cannot be taken now. */
function withText(error: unknown, file: string): unknown {
  if (!isRotaError(error)) return error;
  const suggestions = [...error.suggestions, `What you wrote is kept in ${file}.`];
  return new RotaError(error.code, error.message, { suggestions, cause: error });
}

/** A conflict as it was shown in an editor, and as the person has left it in a file. */
interface Edited {
  readonly file: string;
  readonly shown: string;
  readonly text: string;
}

/** The file with both sides in it, as the person has left it. @throws ROTA_USAGE without a terminal */
async function editedText(
  host: Host,
  options: DotfileOptions,
  path: string,
  json: boolean,
  say: (line: string) => void,
): Promise<Edited> {
  if (json || !process.stdin.isTTY) {
    throw new RotaError('ROTA_USAGE', '`--take edit` opens an editor, and there is no terminal.', {
      suggestions: [`rota chezmoi resolve ${path} --take local|remote`],
    });
  }
  const shown = await markedText(await openSession(host, options), path);
  // In a folder of its own: an earlier text that could not be taken stays.
  const file = join(placeOf(host).resolve, new Date(host.now()).toISOString().replaceAll(':', '-'), basename(path));
  host.files.write(file, shown);
  // Also so that nothing else is written to the terminal that the editor has from here on.
  say(`Opening ${path} in the editor.`);
  try {
    await editFile(host, file);
  } catch (error) {
    if (host.files.readText(file) !== shown) throw withText(error, file);
    await rm(dirname(file), { recursive: true, force: true });
    throw error;
  }
  return { file, shown, text: host.files.readText(file) ?? '' };
}
