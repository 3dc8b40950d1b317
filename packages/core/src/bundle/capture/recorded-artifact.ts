import { artifactMember } from '../artifact.ts';
import type { BundleArtifact } from '../format/manifest.ts';
import type { CaptureInput } from './capture-input.ts';

/** What the manifest of a capture says of the artifact. */
export function recordedArtifact({
  artifact,
  withArtifact,
}: Pick<CaptureInput, 'artifact' | 'withArtifact'>): BundleArtifact | undefined {
  return artifact === undefined || withArtifact !== true ? artifact : { ...artifact, member: artifactMember };
}
