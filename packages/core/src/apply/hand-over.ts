import type { Artifact, BackendChange } from '../backend/backend.ts';
import type { AdoptedOriginal, ForeignSwitch } from '../backend/foreign-entry.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { parseJobKey, printJobKey } from '../job/job-key.ts';
import { readHandled, seedHandled } from '../run/admit/job-state.ts';
import { handOverJobState, type MovedJob } from '../run/record/moved-jobs.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import type { Generation } from '../state/generation.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readAdopted } from './adopted-originals.ts';
import type { JournalStep } from './journal.ts';

type AnyGeneration = Pick<Generation<Job, Artifact>, 'entries' | 'adopted' | 'createdAt'> | null;

/** What was on until a step took it off. */
export interface TakenOff {
  /** As `tenant/name`. */
  readonly jobs: ReadonlySet<string>;
  /** Foreign entries, as {@link originalKey} has them. */
  readonly originals: ReadonlySet<string>;
}

export interface HandOverInput {
  readonly host: Host;
  readonly namespace: string;
  /** What is installed before the steps and after them; `null` is nothing. */
  readonly from: AnyGeneration;
  readonly to: AnyGeneration;
  /** Jobs that get another name. */
  readonly moved: readonly Pick<MovedJob, 'from' | 'to'>[];
}

/**
 * Follows steps, so that no fire time is run by both schedulers: until an entry was taken off, its scheduler started the job, however long that took
 * or how long ago the apply was cut off. Answers the steps as they go on after step `index`, of which `taken` says what was on until now.
 */
export function handOver(
  input: HandOverInput,
): (steps: readonly JournalStep[], index: number, taken: TakenOff) => readonly JournalStep[] {
  const { host, namespace, from, to, moved } = input;
  const layout = namespaceLayout(host.stateDir, namespace);
  const [before, after] = [from, to].map((one) => new Map(one?.entries.map((entry) => [printJobKey(entry), entry])));
  const newNames = new Map(moved.map((move) => [move.from, move.to]));
  const oldNames = new Map(moved.map((move) => [move.to, move.from]));
  const counted = (job: string): boolean => (before?.get(oldNames.get(job) ?? job)?.launchFile ?? null) !== null;

  return (steps, index, { jobs, originals }) => {
    const now = Math.floor(host.now() / 1000);
    const taking = new Set([...jobs].map((job) => newNames.get(job) ?? job));
    for (const job of adopters(to, originals)) taking.add(job);
    const givenBack = new Set(
      readAdopted(from?.adopted).flatMap(({ job, original }) => (jobs.has(printJobKey(job)) ? [originalKey(original)] : [])),
    );

    const enters = (change: BackendChange): number => {
      const job = printJobKey(change);
      // Of two starts for one fire time a runner with a gate runs one, and it knows of those that the runner before it ran.
      if (counted(job) && after?.get(job)?.fidelity === 'gated') return change.handledUntil;
      // What its runner had still to catch up before is caught up by the next scheduler, unless it was started meanwhile, or may have been.
      const old = oldNames.get(job);
      const isLeft =
        counted(job) &&
        (readHandled(host.files, layout, parseJobKey(old ?? job, '')) ?? 0) <= change.handledUntil &&
        (old !== undefined || !isDueBetween(host, after?.get(job)?.job, Date.parse(to?.createdAt ?? '') / 1000, now));
      return isLeft ? change.handledUntil : now;
    };
    // What leaves gets the instant too, for the way back.
    const changed = (change: BackendChange, at: number): BackendChange => {
      const isLeaving = at === index && change.after === null && jobs.has(printJobKey(change));
      const isEntering = at > index && change.after !== null && taking.has(printJobKey(change));
      const handledUntil = isLeaving ? now : isEntering ? enters(change) : change.handledUntil;
      return handledUntil > change.handledUntil ? { ...change, handledUntil } : change;
    };
    const switched = (one: ForeignSwitch, at: number): ForeignSwitch => {
      const isLeaving = at === index && one.to === 'off' && originals.has(originalKey(one.original));
      const isEntering = at > index && one.to === 'on' && givenBack.has(originalKey(one.original));
      return isLeaving || isEntering ? { ...one, handledUntil: now } : one;
    };
    const next = steps.map(({ foreign, changes, ...step }, at): JournalStep => {
      const rest = { ...step, changes: changes.map((change) => changed(change, at)) };
      if (foreign === undefined) return rest;
      return { ...rest, foreign: { ...foreign, switches: foreign.switches.map((one) => switched(one, at)) } };
    });

    for (const move of moved) if (jobs.has(move.from)) handOverJobState(host.files, layout, move);
    for (const job of taking) {
      const entry = after?.get(job);
      if (entry === undefined || entry.launchFile === null || entry.job.trigger.kind !== 'schedule' || counted(job)) continue;
      seedHandled(host.files, layout, entry, now, host.now() / 1000);
    }
    return next;
  };
}

function isDueBetween(host: Host, job: Job | undefined, from: number, to: number): boolean {
  if (job?.trigger.kind !== 'schedule') return false;
  const { expression, timezone } = job.trigger;
  const last = previousFire(defineSchedule(expression, hostZone(host, timezone)), to);
  return last !== null && !(last < from);
}

function adopters(to: AnyGeneration, originals: ReadonlySet<string>): readonly string[] {
  return readAdopted(to?.adopted).flatMap(({ job, original }) =>
    originals.has(originalKey(original)) ? [printJobKey(job)] : [],
  );
}

/** Which entry of which backend it is. */
export function originalKey({ backend, key }: Pick<AdoptedOriginal, 'backend' | 'key'>): string {
  return `${backend}\0${key}`;
}
