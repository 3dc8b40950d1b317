import type { Job } from '@rota/core';
import type { NixUpdateOptions } from '../settings/options-schema.ts';

type Hook = NonNullable<NixUpdateOptions['preUpdateHooks']>[number];

/**
 * The declared jobs that ask to run before the update, by the annotation `before: nix-update`, as its first hooks: the dotfile sync is one. A
 * failing one is a warning, for it never keeps a machine from its update. Pure.
 */
export function hooksOfJobs(jobs: readonly Pick<Job, 'name' | 'annotations' | 'command'>[]): readonly Hook[] {
  return jobs
    .filter(({ annotations }) => annotations.before === 'nix-update')
    .map(({ name, command }) => ({ name, command: [...command], timeout: '30m', onError: 'continue' }));
}
