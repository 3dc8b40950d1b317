import type { Artifact, Drift, Host, Installed, ListInput } from '@rota/core';
import { readTable } from './crontab-program/read-table.ts';
import { fromBytesText } from './crontab-text/bytes-text.ts';
import { bodyCheck } from './crontab-text/entry-header.ts';
import { type BlockPart, parseTable, type TablePart } from './crontab-text/parse-table.ts';
import { pausedPrefix } from './crontab-text/paused-line.ts';

type Entry = Extract<BlockPart, { kind: 'entry' }>;

/** The jobs of one namespace's block, with what was done to their lines. */
export async function list(host: Host, { namespace, expected }: ListInput): Promise<readonly Installed[]> {
  const parts = parseTable((await readTable(host)).text);
  const at = parts.findIndex((part) => part.kind === 'block' && part.namespace === namespace);
  const block = parts[at];
  if (block?.kind !== 'block') return [];
  const above = zoneSetAbove(parts.slice(0, at));
  const installed = new Map<string, Installed>();
  for (const part of block.parts) {
    if (part.kind !== 'entry') continue;
    const key = `${part.header.tenant}/${part.header.name}`;
    const before = installed.get(key);
    const drift = [...driftOf(part, expected.get(key)), ...above];
    installed.set(key, {
      tenant: part.header.tenant,
      name: part.header.name,
      digest: part.header.digest,
      active: isActive(part.body),
      drift:
        before === undefined
          ? drift
          : [...before.drift, { kind: 'edited', detail: `it stands twice, again in line ${part.line}` }],
    });
  }
  return [...installed.values()];
}

function isActive(body: string): boolean {
  return body === '' || linesOf(body).some((line) => !line.startsWith('#'));
}

const linesOf = (body: string): readonly string[] => body.split('\n').filter((line) => line !== '');

function driftOf({ header, body, line }: Entry, expected: Artifact | undefined): readonly Drift[] {
  const place = `crontab line ${line + 1}`;
  if (bodyCheck(body) === header.check) {
    const wanted = expected?.files.map((file) => file.content).join('');
    if (wanted === undefined || expected?.digest !== header.digest || wanted.endsWith(`\n${fromBytesText(body)}`)) return [];
    return [{ kind: 'edited', detail: `${place}: other lines than were installed` }];
  }
  if (body === '') return [{ kind: 'missing', detail: `${place}: the lines of the job are gone` }];
  const lines = linesOf(body);
  const asPaused = checks(
    lines.map((text) => `${pausedPrefix}${text}`),
    header.check,
  );
  if (asPaused) return [{ kind: 'enabled', detail: `${place}: paused by Rota, and active again` }];
  if (lines.every((text) => text.startsWith('#'))) {
    const uncommented = lines.map((text) => text.replace(/^# paused: |^#+ ?/, ''));
    if (checks(uncommented, header.check)) return [{ kind: 'disabled', detail: `${place}: commented out` }];
  }
  return [{ kind: 'edited', detail: `${place}: \`${fromBytesText(lines[0] ?? '')}\`` }];
}

function checks(lines: readonly string[], check: string): boolean {
  return bodyCheck(lines.map((line) => `${line}\n`).join('')) === check;
}

/** cronie reads our lines in a zone that somebody set above them; Debian and BusyBox only hand such a setting on. */
function zoneSetAbove(parts: readonly TablePart[]): readonly Drift[] {
  for (const part of parts) {
    if (part.kind !== 'text') continue;
    const setting = part.text.split('\n').find((line) => /^[ \t]*"?'?(CRON_TZ|RANDOM_DELAY)"?'?[ \t]*=/.test(line));
    if (setting !== undefined)
      return [{ kind: 'edited', detail: `\`${setting.trim()}\` stands above Rota's lines and changes when they start` }];
  }
  return [];
}
