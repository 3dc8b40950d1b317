import { instantText } from '@rota/core';
import type { Session } from '../session/session.ts';

const shown = 20;

/** The message of a commit: the subject of the options, and trailers that say who and what. */
export function captureMessage(
  { options, host, names }: Pick<Session, 'options' | 'host' | 'names'>,
  files: readonly string[],
): string {
  const subject = options.commitMessage
    .replaceAll('{host}', host.hostname)
    .replaceAll('{time}', instantText(Math.floor(host.now() / 1000)))
    .replaceAll('{files}', String(files.length));
  const paths = files.slice(0, shown).map((file) => `Path: ${file}`);
  const more = files.length > shown ? [`Paths: ${files.length}`] : [];
  return [subject, '', `Host: ${names.tip}`, ...paths, ...more].join('\n');
}
