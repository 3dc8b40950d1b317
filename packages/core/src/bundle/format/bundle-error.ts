import { RotaError } from '../../errors/rota-error.ts';

export function mismatchedBundle(what: string): RotaError {
  return new RotaError('ROTA_BUNDLE_MISMATCH', `The bundle is not what its manifest says: ${what}.`, {
    suggestions: ['Use another bundle; `rota bundle list` shows them.'],
  });
}

export function hostileBundle(what: string): RotaError {
  return new RotaError('ROTA_BUNDLE_HOSTILE', `The bundle holds ${what}; no capture writes that, and nothing was unpacked.`, {
    suggestions: ['Do not trust where this file came from.'],
  });
}

export function damagedBundle(why: string): RotaError {
  return new RotaError('ROTA_BUNDLE_FORMAT', `The bundle is damaged: ${why}.`, {
    suggestions: ['Use another bundle; `rota bundle list` shows them.'],
  });
}

export function notABundle(why: string): RotaError {
  return new RotaError('ROTA_BUNDLE_FORMAT', `This is no bundle of Rota: ${why}.`, {
    suggestions: ['`rota bundle list` shows the bundles of a job.'],
  });
}
