import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import { execaRunner } from './execa-runner.ts';
import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { systemTimezone } from './system-timezone.ts';

/** What a caller may decide; the rest is read from the machine. */
export type HostOptions = Partial<Host>;

/** This machine and the user that Rota acts for. Reads, changes nothing. */
export function createHost(options: HostOptions = {}): Host {
  const env = options.env ?? process.env;
  const platform = options.platform ?? supportedPlatform();
  const user = options.user ?? readUser(env);
  const files = options.files ?? nodeFiles;
  const zoneRoots = options.zoneRoots ?? defaultZoneRoots(env);
  return {
    platform,
    arch: options.arch ?? process.arch,
    hostname: options.hostname ?? (hostname().split('.')[0] || 'localhost'),
    user,
    env,
    timezone:
      options.timezone ??
      (platform === 'win32' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : systemTimezone(files, env)),
    zoneRoots,
    stateDir: options.stateDir ?? defaultStateDir(platform, env, user.home),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? sleep,
    files,
    run: options.run ?? execaRunner,
  };
}

function supportedPlatform(): Host['platform'] {
  const { platform } = process;
  if (platform === 'linux' || platform === 'darwin' || platform === 'win32') return platform;
  throw new RotaError('ROTA_HOST_UNSUPPORTED', `Rota runs on Linux, macOS and Windows, not on ${platform}.`);
}

function readUser(env: Host['env']): Host['user'] {
  const { username, uid, homedir } = userInfo();
  return { name: username, uid, home: env.HOME || homedir };
}

/** DESIGN: `TZDIR`, then NixOS, then everybody else. */
function defaultZoneRoots(env: Host['env']): readonly string[] {
  return [env.TZDIR, '/etc/zoneinfo', '/usr/share/zoneinfo'].filter((root): root is string => root !== undefined && root !== '');
}

function defaultStateDir(platform: Host['platform'], env: Host['env'], home: string): string {
  const chosen = env.ROTA_STATE_DIR;
  if (chosen) return resolve(chosen);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'rota');
  return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'rota');
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal?.aborted) return done();
    // A timer of more than 2^31 ms would fire at once; who sleeps that long looks again anyway.
    const timer = setTimeout(finish, Math.min(ms, 2 ** 31 - 1));
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      done();
    }
    signal?.addEventListener('abort', finish);
  });
}
