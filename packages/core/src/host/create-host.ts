import { hostname, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import { execaRunner } from './execa-runner.ts';
import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { systemTimezone } from './system-timezone.ts';
import { zoneRoots } from './zone-roots.ts';

/** What a caller may decide; the rest is read from the machine. */
export type HostOptions = Partial<Host>;

/** This machine and the user that Rota acts for. Reads, changes nothing. */
export function createHost(options: HostOptions = {}): Host {
  const env = options.env ?? process.env;
  const platform = options.platform ?? supportedPlatform();
  const user = options.user ?? readUser(env, platform);
  const files = options.files ?? nodeFiles;
  const roots = options.zoneRoots ?? zoneRoots(env, platform);
  return {
    platform,
    arch: options.arch ?? process.arch,
    hostname: options.hostname ?? (hostname().split('.')[0] || 'localhost'),
    user,
    env,
    timezone:
      options.timezone ??
      (platform === 'win32' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : systemTimezone(files, env)),
    zoneRoots: roots,
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

function readUser(env: Host['env'], platform: Host['platform']): Host['user'] {
  const { username, uid, homedir } = userInfo();
  // Windows has no HOME: some shells set one of their own, and what they plan would differ from what others have installed.
  return { name: username, uid, home: (platform !== 'win32' && env.HOME) || homedir };
}

function defaultStateDir(platform: Host['platform'], env: Host['env'], home: string): string {
  const chosen = env.ROTA_STATE_DIR;
  if (chosen) return resolve(chosen);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'rota');
  // A relative one is to be ignored (XDG Base Directory Specification); it would be another folder wherever somebody stands.
  const state = env.XDG_STATE_HOME;
  return join(state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state'), 'rota');
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
