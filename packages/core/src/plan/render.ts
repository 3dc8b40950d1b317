import type { ArtifactFile } from '../backend/backend.ts';
import type { Feature, FeatureDecision } from '../backend/feature.ts';
import type { JobKey } from '../job/job.ts';
import type { Horizon } from '../schedule/proof/horizon.ts';
import type { Fidelity } from '../schedule/proof/prove-schedule.ts';

/** One job of a rendering: what would be installed, or why not. */
export interface RenderedJob extends JobKey {
  readonly backend: string;
  readonly fidelity: Fidelity | null;
  readonly reason?: string;
  readonly horizon: Horizon | null;
  readonly features: Partial<Readonly<Record<Feature, FeatureDecision>>>;
  /** Names of the files that the job is in. */
  readonly artifacts: readonly string[];
}

/** What apply would install, as data: `rota render` writes the files and `render.json`. */
export interface Rendering {
  readonly formatVersion: 1;
  readonly jobs: readonly RenderedJob[];
  /** Files by name: `*.service`, `*.timer`, `crontab`, `*.xml`, `launch/*.json`. */
  readonly files: readonly ArtifactFile[];
}
