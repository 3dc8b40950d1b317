import { getSystemErrorMap } from 'node:util';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { DoctorFinding } from './diagnosis.ts';

/**
 * What kept the doctor from looking at something, as a finding of its own, so that it hides none of the others.
 *
 * @throws the error itself, when it is neither one of Rota's nor one of the system's
 */
export function unreadable(error: unknown, host: Pick<Host, 'user' | 'stateDir' | 'platform'>): DoctorFinding {
  if (isRotaError(error)) {
    const [remedy] = error.suggestions;
    return { severity: 'error', code: codeOf(error.code), message: error.message, ...(remedy === undefined ? {} : { remedy }) };
  }
  if (!(error instanceof Error) || !('code' in error) || !('errno' in error)) throw error;
  const path = 'path' in error ? String(error.path) : host.stateDir;
  const reason = getSystemErrorMap().get(Number(error.errno))?.[1] ?? error.message;
  return {
    severity: 'error',
    code: 'state.unreadable',
    message: `${path} cannot be read (${reason}): what is installed is not known.`,
    remedy: remedyOf(String(error.code), host),
  };
}

function codeOf(code: string): string {
  const known: Readonly<Record<string, string>> = {
    ROTA_STATE_DAMAGED: 'state.damaged',
    ROTA_STATE_NEWER: 'state.newer',
    ROTA_STATE_FOREIGN: 'state.foreign',
  };
  return known[code] ?? 'backend.unreadable';
}

function remedyOf(code: string, { platform, stateDir, user }: Pick<Host, 'user' | 'stateDir' | 'platform'>): string {
  if (platform === 'win32') return `icacls "${stateDir}" /grant "${user.name}:(OI)(CI)F" /T`;
  if (code !== 'EACCES' && code !== 'EPERM') return 'See what the disk says: sudo dmesg --level=err | tail';
  return `sudo chown -R ${user.name} ${stateDir} && chmod -R u+rwX ${stateDir}`;
}
