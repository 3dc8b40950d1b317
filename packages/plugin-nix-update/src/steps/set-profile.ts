import { dirname } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import { followLink } from '../machine/follow-link.ts';
import { setProfile } from '../machine/nix-commands.ts';
import type { UpdateContext } from '../update-context.ts';

/** Makes a store path the newest generation of the profile; none is added where it is already. */
export async function pointProfile(
  { host, system, call }: Pick<UpdateContext, 'host' | 'system' | 'call'>,
  path: string,
): Promise<void> {
  // nix-env would take room for saying the same again, which a rollback on a full disk does not have.
  if (followLink(host.files, system.profile) === path) return;
  host.files.makeFolder(dirname(system.profile), 0o755);
  const result = await call({ ...setProfile(system.profile, path), timeoutMs: 120_000 });
  if (result.exitCode !== 0) throw failureOf(result, 'activation', 'The new generation');
  if (followLink(host.files, system.profile) !== path)
    throw new UpdateFailure('activation', `After the change, ${system.profile} is not ${path}.`);
}
