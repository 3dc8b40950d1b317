import { type Host, RotaError, withLock } from '@rota/core';
import { asFailure, UpdateFailure } from './failure.ts';
import { recover } from './journal/recover.ts';
import { type UpdateJournal, writeJournal } from './journal/update-journal.ts';
import { followLink } from './machine/follow-link.ts';
import { printOtherSwitch } from './machine/other-switch.ts';
import { type Baseline, readBaseline } from './machine/read-baseline.ts';
import type { UpdatedSystem } from './machine/updated-system.ts';
import { newRunId } from './new-run-id.ts';
import { type OpenContext, openContext } from './open-context.ts';
import { privilegeProblem } from './preconditions/privilege-problem.ts';
import { decideReboot } from './reboot/decide-reboot.ts';
import { holdReboot } from './reboot/hold-reboot.ts';
import { rememberBad } from './record/bad-revisions.ts';
import { finishReport, type RunFacts } from './record/finish-report.ts';
import type { UpdateReport } from './report.ts';
import { rollbackTarget } from './rollback-target.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { usableSettings } from './settings/usable-settings.ts';
import { awaitOtherSwitch } from './steps/await-other-switch.ts';
import { rollBack } from './steps/roll-back.ts';
import type { UpdateContext } from './update-context.ts';

/** What a rollback is called with. */
export interface RollbackInput {
  /** @default the options of the last update */
  readonly options?: NixUpdateOptions | undefined;
  /** @default this machine and this user */
  readonly host?: Host;
  /** A store path, or the number of a generation. @default what was the default before the last update */
  readonly to?: string | undefined;
}

/**
 * Goes back to the system before the last update, or to a named one, and remembers the one that is left as bad, so that no update takes it again.
 * With `operation: 'test'` that is from what runs to what boots.
 *
 * A switch that goes on is waited for, a minute; if it lasts longer, nothing is changed (`deferred`). One that begins meanwhile, and does not end,
 * puts the rest off to the next run (`deferred` too).
 *
 * @throws ROTA_LOCK_HELD, ROTA_GENERATION_UNKNOWN when there is nothing to go back to, ROTA_FILE_ACCESS when only root may
 */
export async function rollback(input: RollbackInput): Promise<UpdateReport> {
  const open = openContext(usableSettings(input), 'manual', input.host);
  const { context } = open;
  const { host, layout, system, settings, call } = context;
  const privilege = privilegeProblem(context);
  if (privilege !== null) throw new RotaError('ROTA_FILE_ACCESS', privilege);
  return await withLock(host, layout.lock, { purpose: 'nix rollback', waitMs: 0 }, async () => {
    const later = await putOff(open);
    if (later !== null) return later;
    await recover(open);
    const left = await readBaseline(host, system, call);
    const isTested = settings.operation === 'test' && left.current !== null && left.current !== left.profile;
    const bad = isTested ? left.current : left.profile;
    const to = isTested && input.to === undefined ? left.profile : rollbackTarget(context, left, input.to);
    if (to === null)
      throw new RotaError(
        'ROTA_GENERATION_UNKNOWN',
        `There is no system to go back to${input.to === undefined ? '' : `: ${input.to}`}.`,
        {
          suggestions: [`See what there is: ls -l ${system.profile}-*-link`, 'Name one: rota nix rollback --to GENERATION'],
        },
      );
    const baseline = { ...left, profile: to, current: to };
    // With this journal a run that finds it goes to `to` as well: a rollback that is killed is finished by whoever comes next.
    // Who makes another one active before that keeps it.
    const journal = { ...journalOf(host, system, baseline), left: { profile: left.profile, current: left.current } };
    writeJournal(host.files, layout.journal, journal);
    host.files.remove(layout.unkeptLock);
    if (bad !== null && bad !== to)
      rememberBad(context, { path: bad, lockDigest: null, class: 'health', reason: 'a person went back from it' });
    const facts: RunFacts = { inputs: [], summary: [], lockDigest: null, reboot: 'not-needed' };
    const shown = { ...journal, baseline: { ...left, profile: bad }, target: to };
    try {
      await holdReboot(context);
      const needsBoot = await rollBack(context, { baseline, target: null, activated: true, defaultChanged: true });
      facts.reboot = await decideReboot(context, { baseline: left, facts, target: to, needsBoot, rebootNow: false });
      return await finishReport(open, shown, facts, { status: 'rolled-back', kind: 'rollback' });
    } catch (error) {
      const failure = begun(context, left, asFailure(error));
      const status = failure.deferred ? 'deferred' : 'rollback-failed';
      return await finishReport(open, shown, facts, { status, failure, kind: 'rollback', unfinished: true });
    }
  });
}

const patienceMs = 60_000;

/** Before anything is changed: what another switch brings is perhaps what is to be gone back from. `null`: none goes on. */
async function putOff(open: OpenContext): Promise<UpdateReport | null> {
  const { context } = open;
  const { host, system, settings, call } = context;
  const other = await awaitOtherSwitch(context, Math.min(patienceMs, settings.activationTimeout));
  if (other === null) return null;
  const failure = new UpdateFailure(
    'busy',
    `Another switch of this machine is under way: ${printOtherSwitch(other)}. Nothing was changed; go back when it has ended.`,
    { deferred: true },
  );
  const facts: RunFacts = { inputs: [], summary: [], lockDigest: null, reboot: 'not-needed' };
  const journal = journalOf(host, system, await readBaseline(host, system, call));
  // What a run that was cut off has left stays for who comes next.
  return await finishReport(open, journal, facts, { status: 'deferred', failure, kind: 'rollback', unfinished: true });
}

/** A rollback that is put off when it has begun says what it has changed. */
function begun({ host, system }: UpdateContext, left: Baseline, failure: UpdateFailure): UpdateFailure {
  const profile = followLink(host.files, system.profile);
  if (!failure.deferred || profile === left.profile) return failure;
  const moved = `${system.profile} leads to ${profile} already; the next run does the rest.`;
  return new UpdateFailure(failure.failureClass, `${failure.message} ${moved}`, { output: failure.output, deferred: true });
}

function journalOf(host: Host, system: UpdatedSystem, baseline: Baseline): UpdateJournal {
  return {
    formatVersion: 1,
    ...newRunId(host),
    cause: 'manual',
    operation: 'switch',
    system,
    step: 'boot',
    baseline,
    lock: null,
    target: null,
    needsBoot: false,
  };
}
