import { instantText } from '../../run/record/instant-text.ts';
import type { BundleStore, Sidecar } from '../store/bundle-store.ts';
import { declaredDigest, longestTrustMs, readIndex, tellsByFiles } from './capture-index.ts';
import type { CaptureInput, CaptureResult } from './capture-input.ts';
import { recordedArtifact } from './recorded-artifact.ts';

/** The newest bundle, when the files say that a capture would hold the same. */
export function findUnchanged(
  { host, namespace, spec, ...input }: CaptureInput,
  kept: readonly Sidecar[],
  facts: string | undefined,
): Sidecar | undefined {
  const index = readIndex(host, namespace, spec);
  const same =
    index !== undefined &&
    facts === index.facts &&
    tellsByFiles(spec) &&
    index.declared === declaredDigest(spec, recordedArtifact(input)) &&
    Math.abs(host.now() - index.atMs) < longestTrustMs;
  const newest = kept.filter(({ tenant, name }) => tenant === spec.tenant && name === spec.name).at(-1);
  return same && newest?.id === index.bundle && newest.outcome === 'ok' ? newest : undefined;
}

/** Records that a bundle stands for this capture, too. */
export async function confirmUnchanged({ host }: CaptureInput, store: BundleStore, bundle: Sidecar): Promise<CaptureResult> {
  const confirmed: Sidecar = { ...bundle, unchangedAt: instantText(Math.floor(host.now() / 1000)) };
  await store.update(confirmed);
  return {
    outcome: 'ok',
    unchanged: true,
    bundle: confirmed,
    place: store.placeOf(bundle),
    problems: [],
    notes: ['Nothing was written since this bundle was made, so it stands for this capture, too.'],
    stopped: [],
    downtimeMs: 0,
  };
}
