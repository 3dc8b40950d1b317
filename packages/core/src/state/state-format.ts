import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { sha256 } from '../host/sha256.ts';
import { stateLayout } from './layout.ts';
import { parseState } from './namespace-record.ts';

const currentFormat = 1;

/**
 * Makes sure that the state folder is of this version and of this host, and writes `format.json` into a new one.
 *
 * @throws ROTA_STATE_NEWER, ROTA_STATE_FOREIGN, ROTA_STATE_DAMAGED
 */
export function openState(host: Host): void {
  const { format, root } = stateLayout(host.stateDir);
  const text = host.files.readText(format);
  if (text === undefined) {
    host.files.makeFolder(root, 0o700);
    host.files.write(format, `${JSON.stringify({ formatVersion: currentFormat, hostId: hostId(host) })}\n`);
    return;
  }
  checkFormat(text, format, hostId(host));
}

/** The same check for a command that only reads: a missing state is fine. */
export function checkState(host: Pick<Host, 'files' | 'stateDir' | 'hostname'>): void {
  const { format } = stateLayout(host.stateDir);
  const text = host.files.readText(format);
  if (text !== undefined) checkFormat(text, format, hostId(host));
}

/** Stable for one installation of an operating system; a hash, because machine-id(5) asks that the id itself be kept private. */
export function hostId(host: Pick<Host, 'files' | 'hostname'>): string {
  const machineId = host.files.readText('/etc/machine-id')?.trim();
  const identity = machineId && machineId !== 'uninitialized' ? machineId : `hostname:${host.hostname}`;
  return sha256(`rota:${identity}`).slice(0, 16);
}

function checkFormat(text: string, file: string, id: string): void {
  const value = parseState<{ formatVersion: unknown; hostId: unknown }>(text, file, {
    isWhole: ({ formatVersion }) => typeof formatVersion === 'number',
    otherwise: `If it is the state of this machine, remove ${file}: the next apply writes it anew.`,
  });
  if (Number(value.formatVersion) > currentFormat) {
    throw new RotaError(
      'ROTA_STATE_NEWER',
      `The state was written by a newer Rota (format ${String(value.formatVersion)}, this one reads ${currentFormat}).`,
      {
        place: { file },
        suggestions: ['Use the newer Rota on this machine.'],
      },
    );
  }
  if (value.hostId !== id) {
    throw new RotaError('ROTA_STATE_FOREIGN', 'The state folder belongs to another host; perhaps it was copied or is shared.', {
      place: { file },
      suggestions: [
        'Use a state folder of its own on each host (ROTA_STATE_DIR or --state-dir).',
        `If this is the same host with a new machine id, remove ${file}.`,
      ],
    });
  }
}
