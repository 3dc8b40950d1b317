import { join } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { bundleLayout } from './bundle-layout.ts';

type ArtifactHost = Pick<Host, 'run' | 'files' | 'stateDir'>;

/** The member of a bundle that holds the artifact: what `nix-store --export` writes of it and of all that it needs. */
export const artifactMember = 'artifact/closure';

/** A closure may be gigabytes. */
const timeoutMs = 3_600_000;

/** Whether an artifact is on this machine: a path in the store of nix, another path, or the name or digest of an image. */
export async function hasArtifact({ run }: Pick<Host, 'run'>, path: string): Promise<boolean> {
  const look = isImage(path)
    ? { file: 'docker', args: ['image', 'inspect', '--format', '{{.Id}}', path] }
    : isStorePath(path)
      ? { file: 'nix-store', args: ['--check-validity', path] }
      : { file: 'test', args: ['-e', path] };
  return await run({ ...look, timeoutMs: 60_000 }).then(
    ({ exitCode }) => exitCode === 0,
    // Without the program nothing of it is here.
    () => false,
  );
}

/** Writes an artifact with all that it needs to a file. @throws ROTA_BUNDLE_ARTIFACT */
export async function exportArtifact({ run }: Pick<Host, 'run'>, path: string, out: string, signal?: AbortSignal): Promise<void> {
  if (!isStorePath(path))
    throw new RotaError('ROTA_BUNDLE_ARTIFACT', `The artifact ${path} is not in the store of nix, so it cannot be packed.`, {
      suggestions: [isImage(path) ? `docker save --output FILE ${path}` : 'Capture without --with-artifact.'],
    });
  await nixStore({ run }, 'Packing', path, [out, path], exportScript, signal);
}

/** Puts a packed artifact into the store of nix, and keeps it there. @throws ROTA_BUNDLE_ARTIFACT */
export async function importArtifact(
  { host, namespace, name }: { readonly host: ArtifactHost; readonly namespace: string; readonly name: string },
  path: string,
  file: string,
  signal?: AbortSignal,
): Promise<void> {
  await nixStore(host, 'Unpacking', path, [file], 'exec nix-store --import <"$1" >/dev/null', signal);
  const folder = join(bundleLayout(host.stateDir, namespace).root, 'artifacts');
  host.files.makeFolder(folder, 0o700);
  const keep = [join(folder, name), path];
  await nixStore(host, 'Keeping', path, keep, 'exec nix-store --realise "$2" --add-root "$1" --indirect >/dev/null', signal);
}

/** Sends an artifact with all that it needs to the store of another machine, as far as it is not there. @throws ROTA_BUNDLE_ARTIFACT */
export async function sendArtifact(
  { run }: Pick<Host, 'run'>,
  path: string,
  place: { readonly host: string; readonly sshArgs: readonly string[] },
  signal?: AbortSignal,
): Promise<void> {
  if (!isStorePath(path))
    throw new RotaError('ROTA_BUNDLE_ARTIFACT', `The artifact ${path} is not in the store of nix, so it cannot be sent.`, {
      suggestions: [`Bring it to ${place.host} first.`],
    });
  const env = { NIX_SSHOPTS: place.sshArgs.join(' ') };
  await nixStore({ run }, 'Sending', path, [place.host, path], 'exec nix-copy-closure --to "$1" "$2"', signal, env);
}

const exportScript = 'paths=$(nix-store --query --requisites "$2") && exec nix-store --export $paths >"$1"';

async function nixStore(
  { run }: Pick<Host, 'run'>,
  what: string,
  path: string,
  args: readonly string[],
  script: string,
  signal: AbortSignal | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { exitCode, stderr } = await run({ file: 'sh', args: ['-c', script, 'rota', ...args], env, timeoutMs, signal });
  signal?.throwIfAborted();
  if (exitCode !== 0)
    throw new RotaError('ROTA_BUNDLE_ARTIFACT', `${what} the artifact ${path} failed: ${stderr.trim().slice(-500)}`);
}

/** Wherever the store is. */
function isStorePath(path: string): boolean {
  return /^\/(.*\/)?[0-9a-z]{32}-[^/\s]+$/.test(path);
}

function isImage(path: string): boolean {
  return !path.startsWith('/');
}
