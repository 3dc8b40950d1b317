import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { quoteForShell, shellCommand } from '../quote-for-shell.ts';
import { type BootGuard, bootGuardFiles, disarmAtBoot } from '../service/boot-guard.ts';
import { needsSystemManager } from '../service/needs-system-manager.ts';
import { outsideOfUnit } from '../service/outside-of-unit.ts';
import { runProgram } from '../service/run-program.ts';
import type { BundleService, BundleSpec } from '../spec/bundle-spec.ts';
import { type SshPlace, sshScript } from '../ssh-command.ts';
import { type Fence, fencesFor, liftFences, raiseFences } from './fence.ts';
import { startGuard } from './guard-script.ts';
import { leaseMs } from './protocol.ts';
import { readTombstone, removeTombstone, type Tombstone, tombstoneFile, writeTombstone } from './tombstone.ts';
import { decideUndone, type Verdict } from './verdict.ts';

/** A line of the journal of a machine that a service leaves. */
type DepartureLine =
  | {
      readonly step: 'begin';
      readonly place: SshPlace;
      /** The file there that decides. */
      readonly verdict: string;
      readonly namespace: string;
      readonly tombstone: Tombstone;
      readonly fences: readonly Fence[];
      /** What ran, and is started again if the service stays. */
      readonly wake: readonly BundleService[];
      /** Files of the guard for the next boot. */
      readonly atBoot?: readonly string[];
    }
  /** `starting`: from now on it may run there. `asked`: from now on it may be decided that it does. */
  | { readonly step: 'starting' | 'asked' | 'committed' };

type BeginLine = Extract<DepartureLine, { readonly step: 'begin' }>;

/** After the lease the other side has begun to undo; so long it may take to stop a service. */
const afterLeaseMs = leaseMs + 10_000;

const journalOf = (work: string): string => join(work, 'journal.jsonl');

/** The sending side of a migration from the moment at which the service is stopped. */
export interface Departure {
  note(step: 'starting' | 'asked'): void;
  /** The service lives there now: it stays stopped and fenced here. */
  finish(): void;
  /** The service stays: fences are lifted and what ran is started. `settled`: the other side has undone everything already. */
  giveUp(settled: boolean): Promise<Verdict>;
}

/** Fences the units and arms a guard; what runs is still running. */
export async function beginDeparture(
  host: Host,
  spec: BundleSpec,
  input: Pick<BeginLine, 'place' | 'verdict' | 'namespace' | 'tombstone' | 'wake'> & { readonly work: string },
): Promise<Departure> {
  const { work, namespace, tombstone, wake } = input;
  const journal = journalOf(work);
  const fences = fencesFor(host, spec.services, {
    kind: 'moved',
    to: tombstone.to,
    at: tombstone.at,
    tombstone: tombstoneFile(host, namespace, tombstone),
  });
  const [armed, script] = [join(work, 'armed'), join(work, 'guard.sh')];
  const system = needsSystemManager(host, wake);
  const boot: BootGuard = { name: `rota-migration-guard-${basename(work)}`, script, armed, system };
  const atBoot = bootGuardFiles(host, boot);
  const begin: BeginLine = {
    step: 'begin',
    place: input.place,
    verdict: input.verdict,
    namespace,
    tombstone,
    fences,
    wake,
    atBoot,
  };
  host.files.makeFolder(work, 0o700);
  append(host, journal, begin);
  host.files.write(armed, '');
  await startGuard(host, {
    script,
    armed,
    guardMs: Math.max(spec.downtimeBudgetMs * 10, 600_000),
    ...guardWork(host, begin, journal),
    system,
    atBoot: boot,
  });
  const roots = spec.roots.map(({ path }) => path);
  writeTombstone(host, namespace, tombstone, roots);
  await raiseFences(host, fences);
  return {
    note: (step) => append(host, journal, { step }),
    finish() {
      append(host, journal, { step: 'committed' });
      disarmAtBoot(host, atBoot);
      rmSync(work, { recursive: true, force: true });
    },
    giveUp: async (settled) => await settleDeparture(host, work, settled),
  };
}

/**
 * Ends what a migration from this machine left open. Resolves to `undone` when the service runs here again, to `committed` when it lives on the
 * other machine.
 *
 * @throws ROTA_BUNDLE_MIGRATE when only the other machine knows, and it cannot be reached: then nothing is started here
 */
export async function settleDeparture(host: Host, work: string, settled = false): Promise<Verdict> {
  const lines = readLines(host, journalOf(work));
  const [begin] = lines;
  const reached = (step: DepartureLine['step']): boolean => lines.some((line) => line.step === step);
  const done = (verdict: Verdict): Verdict => {
    if (begin?.step === 'begin') disarmAtBoot(host, begin.atBoot);
    host.files.remove(join(work, 'armed'));
    // Its guard may just be looking for the claim.
    rmSync(work, { recursive: true, force: true, maxRetries: 10 });
    return verdict;
  };
  if (begin?.step !== 'begin') return done('undone');
  if (reached('committed')) return done('committed');
  // Then its guard has ended it, or nothing had been done yet. What a person has made of it since is left alone.
  if (host.files.facts(join(work, 'armed')) === undefined)
    return done(readTombstone(host, begin.namespace, begin.tombstone)?.id === begin.tombstone.id ? 'committed' : 'undone');
  if (reached('asked') && (await decideThere(begin)) === 'committed') return done('committed');
  // A machine that cannot be reached stops the service by itself.
  if (reached('starting') && !settled) await host.sleep(afterLeaseMs);
  await liftFences(host, begin.fences);
  removeTombstone(host, begin.namespace, begin.tombstone);
  const outside = begin.wake.some(({ scope }) => scope === undefined) ? await outsideOfUnit(host) : undefined;
  for (const { name, start, scope } of [...begin.wake].reverse())
    await startAgain(host, name, scope === undefined ? (outside?.(start) ?? start) : start);
  return done('undone');
}

/** Asks the other machine how it ended, and ends it there if it had not. */
async function decideThere({ place, verdict, tombstone }: BeginLine): Promise<Verdict> {
  const end = await runProgram('ssh', sshScript(place, decideUndone, [verdict]), { timeoutMs: 60_000 });
  const said = end.stdout.trim();
  if (end.exitCode === 0 && (said === 'committed' || said === 'undone')) return said;
  throw new RotaError(
    'ROTA_BUNDLE_MIGRATE',
    `Only ${place.host} knows whether ${tombstone.tenant}/${tombstone.name} runs there, and it cannot be reached: ${end.stderr.trim().slice(-300)}. Nothing is started here.`,
    { suggestions: [`Make ${place.host} reachable; the guard asks it again, and so does any command of rota bundle.`] },
  );
}

/** The same as {@link settleDeparture} for a process that died, without this program. */
function guardWork(
  host: Host,
  { place, verdict, fences, wake, namespace, tombstone, atBoot = [] }: BeginLine,
  journal: string,
): { readonly before: string; readonly work: string } {
  const text = tombstoneFile(host, namespace, tombstone);
  const ssh = shellCommand(['ssh', ...sshScript(place, decideUndone, [verdict])]);
  const scopes = [...new Set(fences.map(({ scope }) => scope))];
  const armed = join(journal, '..', 'armed');
  const over = `rm -f ${[armed, ...atBoot].map(quoteForShell).join(' ')}`;
  const before = `has() { grep -q "\\"step\\":\\"$1\\"" ${quoteForShell(journal)} 2>/dev/null; }
has committed && { ${over}; exit 0; }
if has asked; then
  until said=$(${ssh}) && { [ "$said" = committed ] || [ "$said" = undone ]; }; do
    sleep 10
    test -e ${quoteForShell(armed)} || exit 0
  done
  [ "$said" = undone ] || { ${over}; exit 0; }
fi
if has starting; then sleep ${Math.ceil(afterLeaseMs / 1000)}; fi`;
  const work = `${fences.map(({ path }) => `rm -f ${quoteForShell(path)}; rmdir ${quoteForShell(join(path, '..'))} 2>/dev/null`).join('\n')}
${scopes.map((scope) => `systemctl ${scope === 'user' ? '--user ' : ''}daemon-reload`).join('\n')}
rm -f ${quoteForShell(`${text}.json`)} ${quoteForShell(text)}
${[...wake]
  .reverse()
  .map(({ start }) => `${shellCommand(start)} || { sleep 2; ${shellCommand(start)}; } || failed=1`)
  .join('\n')}
test "$failed" = 0 && ${over}`;
  return { before, work };
}

async function startAgain(host: Host, name: string, [file = '', ...args]: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { exitCode, stderr } = await host.run({ file, args, timeoutMs: 60_000 });
    if (exitCode === 0) return;
    if (attempt >= 3)
      throw new RotaError('ROTA_BUNDLE_MIGRATE', `${name} does not start here again: ${stderr.trim().slice(0, 400)}`, {
        suggestions: [`Start it: ${[file, ...args].join(' ')}`],
      });
    await host.sleep(500 * attempt);
  }
}

function append(host: Pick<Host, 'files'>, journal: string, line: DepartureLine): void {
  host.files.append(journal, `${JSON.stringify(line)}\n`);
}

/** Whole lines; the last one may be torn by a crash and then was never acted upon. */
function readLines(host: Pick<Host, 'files'>, journal: string): readonly DepartureLine[] {
  return (host.files.readText(journal) ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** True for an error that leaves it open where the service lives. */
export function isUndecided(error: unknown): boolean {
  return isRotaError(error) && error.code === 'ROTA_BUNDLE_MIGRATE' && error.message.startsWith('Only ');
}
