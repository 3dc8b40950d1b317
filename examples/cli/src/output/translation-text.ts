import { instantText, type Translation } from '@rota/core';

/** An instant at which the native scheduler and the declaration differ. */
export interface Deviation {
  readonly at: string;
  /** `missing`: declared, and the scheduler would not start. `extra`: the scheduler starts, and it is not declared: the gate filters it. */
  readonly kind: 'missing' | 'extra';
}

/** The first deviations of each kind, in order of time. */
export function deviationsOf({ proof }: Translation): readonly Deviation[] {
  if (proof === undefined) return [];
  return [
    ...proof.missing.map((at) => ({ at, kind: 'missing' as const })),
    ...proof.extra.map((at) => ({ at, kind: 'extra' as const })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ at, kind }) => ({ at: instantText(at), kind }));
}

/** One sentence on how a backend keeps to a schedule. */
export function fidelityText(translation: Translation): string {
  const { backend, dialect, horizon, proof, reason } = translation;
  const where =
    dialect.version === undefined
      ? dialect.name === backend
        ? backend
        : `${backend} (${dialect.name})`
      : `${backend} ${dialect.version}`;
  if (proof === undefined) return `On ${where}: refused. ${reason ?? ''}`.trim();
  const years = `${horizon.fromYear} to ${horizon.toYear}`;
  if (proof.fidelity === 'exact') return `On ${where}: exact; its fire times equal these, ${years}.`;
  if (proof.fidelity === 'gated') {
    const rate = Math.round(proof.nativePerDay * 10) / 10;
    return `On ${where}: gated; the scheduler also starts at other times (about ${rate} starts a day), and the runner's gate filters them.`;
  }
  const first = proof.missing[0];
  return `On ${where}: refused; it would miss ${proof.missingCount} fire times${first === undefined ? '' : `, the first at ${instantText(first)}`}.`;
}
