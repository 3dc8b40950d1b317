import { RotaError } from '../../errors/rota-error.ts';

/**
 * What an exit code of restic means (restic.readthedocs.io, "Exit codes"; 10 to 12 since 0.17). A code that is not known counts as a failure,
 * as its manual demands. Pure.
 */
export function resticError(repository: string, exitCode: number | null, said: string): RotaError {
  const told = said.trim().split('\n').slice(-3).join(' ').slice(0, 500);
  const error = (what: string, ...suggestions: readonly string[]): RotaError =>
    new RotaError('ROTA_BUNDLE_STORE', `The restic repository ${repository} ${what}${told === '' ? '' : `: ${told}`}`, {
      suggestions,
    });
  switch (exitCode) {
    case 3:
      return error('took only a part of the bundle, because restic could not read all of it');
    case 10:
      return error('does not exist', `Make it once: restic -r ${repository} init`, 'Or see that its disk is mounted.');
    case 11:
      return error('is locked by another restic', `When no other one runs: restic -r ${repository} unlock`);
    case 12:
      return error('does not open with this password', 'Set RESTIC_PASSWORD_FILE, or RESTIC_PASSWORD_COMMAND, for this job.');
    case 130:
      return error('was left, because restic was interrupted');
    case null:
      return error('was left, because restic was ended by a signal');
    default:
      return error(`failed (restic ended with ${exitCode})`);
  }
}
