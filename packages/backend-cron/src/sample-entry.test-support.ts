import type { Artifact, BackendChange } from '@rota/core';
import { entryContent } from './entry-content.ts';

/** An artifact of a job that runs at a time, as `compile` makes it for Debian cron. */
export function sampleArtifact(name: string, fields = '30 2 * * *', active = true): Artifact {
  const { content, digest } = entryContent({
    job: { tenant: 'acme', name },
    dialect: 'debian',
    lines: [{ fields }],
    launcher: '/home/u/.local/state/rota/bin/rota-run',
    launchFile: `/home/u/.local/state/rota/namespaces/default/launch/${name}.json`,
    active,
    basis: [],
  });
  return { files: [{ name: 'crontab', content }], digest, active };
}

export function create(name: string, artifact: Artifact | null = sampleArtifact(name)): BackendChange {
  return { tenant: 'acme', name, before: null, after: artifact, handledUntil: 0 };
}

/** The step the other way round. */
export function inverted(change: BackendChange): BackendChange {
  return { ...change, before: change.after, after: change.before };
}
