import { join } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import { type Command, changes } from '../machine/command.ts';
import type { UpdateContext } from '../update-context.ts';
import type { Fleet, HostReport } from './host-report.ts';
import { readHostReport } from './read-host-report.ts';

type FleetContext = Pick<UpdateContext, 'host' | 'call' | 'layout'>;

export interface FleetPlace {
  /** What git takes: a path or an address. */
  readonly repository: string;
  readonly branch: string;
}

/** The calls, for `--dry-run` too. The branch has nothing in common with others, so the repository may be that of the flake. */
export const fleetCommands = (folder: string, { repository, branch }: FleetPlace, message: string) => ({
  prepare: changes('git', 'init', '--quiet', folder),
  fetch: changes('git', '-C', folder, 'fetch', '--quiet', repository, `+refs/heads/${branch}:refs/rota/fleet`),
  // Any host may push: a link in the branch must not lead what is written here elsewhere.
  take: changes(
    'git',
    '-C',
    folder,
    '-c',
    'core.symlinks=false',
    'checkout',
    '--quiet',
    '--force',
    '--detach',
    'refs/rota/fleet',
  ),
  begin: changes('git', '-C', folder, 'checkout', '--quiet', '--orphan', 'fleet'),
  add: changes('git', '-C', folder, 'add', '--', 'hosts', 'locks'),
  commit: changes(
    'git',
    '-C',
    folder,
    '-c',
    'user.name=Rota',
    '-c',
    'user.email=rota@localhost',
    'commit',
    '--quiet',
    '--no-verify',
    '--no-gpg-sign',
    '--allow-empty',
    '--message',
    message,
  ),
  push: changes('git', '-C', folder, 'push', '--quiet', repository, `HEAD:refs/heads/${branch}`),
});

/**
 * Takes over what the hosts have published. A branch that does not exist yet is an empty fleet; one that cannot be reached is a failure.
 *
 * @throws UpdateFailure
 */
export async function fetchFleet(context: FleetContext, place: FleetPlace): Promise<Fleet> {
  const { host, layout } = context;
  const commands = fleetCommands(layout.fleet, place, '');
  if (host.files.facts(join(layout.fleet, '.git')) === undefined) await succeed(context, commands.prepare, 'init');
  const fetched = await context.call(commands.fetch);
  if (fetched.exitCode === 0) await succeed(context, commands.take, 'checkout');
  else if (!/couldn't find remote ref/.test(fetched.stderr)) throw failureOf(fetched, 'network', 'The fetch of the fleet');
  else return { hosts: [], locks: {} };
  return readFleet(host.files, layout.fleet);
}

/** Writes this host's report, and its lock, among those of the others. Somebody who pushed at the same time is followed, a few times. */
export async function publishReport(
  context: FleetContext,
  place: FleetPlace,
  make: (before: HostReport | undefined) => HostReport,
  lock: { readonly digest: string; readonly text: string } | null,
): Promise<void> {
  const { host, layout, call } = context;
  const name = host.hostname;
  const commands = fleetCommands(layout.fleet, place, name);
  for (let attempt = 0; ; attempt += 1) {
    const fleet = await fetchFleet(context, place);
    if (fleet.hosts.length === 0) await call(commands.begin);
    const report = make(fleet.hosts.find((one) => one.host === name));
    host.files.write(join(layout.fleet, 'hosts', `${name}.json`), `${JSON.stringify(report, null, 2)}\n`, 0o644);
    host.files.makeFolder(join(layout.fleet, 'locks'), 0o755);
    if (lock !== null) host.files.write(join(layout.fleet, 'locks', `${lock.digest}.json`), lock.text, 0o644);
    await succeed(context, commands.add, 'add');
    await succeed(context, commands.commit, 'commit');
    const pushed = await call(commands.push);
    if (pushed.exitCode === 0) return;
    if (attempt >= 5 || !/rejected|fetch first|cannot lock ref|failed to update ref/i.test(pushed.stderr))
      throw failureOf(pushed, 'git', 'The push to the fleet');
    await host.sleep(100 * 2 ** attempt);
  }
}

function readFleet(files: UpdateContext['host']['files'], folder: string): Fleet {
  const hosts = files.list(join(folder, 'hosts')).flatMap((name) => {
    const report = readHostReport(name, files.readText(join(folder, 'hosts', name)));
    return report === null ? [] : [report];
  });
  const locks = files
    .list(join(folder, 'locks'))
    .map((name) => [name.replace(/\.json$/, ''), files.readText(join(folder, 'locks', name)) ?? ''] as const);
  return { hosts, locks: Object.fromEntries(locks) };
}

async function succeed({ call }: FleetContext, command: Command, name: string): Promise<void> {
  const result = await call(command);
  if (result.exitCode === 0) return;
  const failure = failureOf(result, 'git', `git ${name}`);
  throw new UpdateFailure(failure.failureClass, failure.message, { output: failure.output });
}
