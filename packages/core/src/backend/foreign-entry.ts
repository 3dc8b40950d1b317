import type { Concurrency, Requirements, Resources, Sandbox } from '../job/job.ts';
import type { Dialect } from './dialect.ts';

/** What an entry that Rota does not own does, in the words of a job. */
export interface ForeignReading {
  /** `null` when no schedule of ours means the same; a note then says why. */
  readonly trigger:
    | { readonly kind: 'schedule'; readonly expression: string /** IANA name, never `local`. */; readonly timezone: string }
    | { readonly kind: 'boot' }
    | { readonly kind: 'login' }
    | null;
  /** Program and arguments; with `shell` one element, the text for `/bin/sh`. */
  readonly command: readonly string[];
  readonly shell: boolean;
  /** Literal values, without references. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. Absent: the home folder. */
  readonly workingDir?: string;
  /** Commands that come before, and must end well. */
  readonly before?: readonly (readonly string[])[];
  /** A missed fire time is caught up. @default false */
  readonly persistent?: boolean;
  readonly randomizedDelayMs?: number;
  readonly timeoutMs?: number;
  /** What happens when it is due while it still runs. @default 'forbid' */
  readonly concurrency?: Concurrency['policy'];
  readonly requires?: Pick<Requirements, 'network' | 'power'>;
  readonly resources?: Resources;
  readonly sandbox?: Sandbox;
}

/** By what an entry is found again when its job takes its place. */
export interface ForeignIdentity {
  /** Stays the same when the schedule is edited, such as `nightly.timer` or `crontab:1f0c22ab`. */
  readonly key: string;
  /** Of the native text and of what it depends on: another digest means that somebody edited it. */
  readonly digest: string;
  /** What the backend needs to switch it on again as it was; its own text. */
  readonly restore?: string;
}

/** An entry that Rota does not own, for `import`. */
export interface ForeignEntry {
  readonly backend: string;
  /** Where it stands, such as `crontab:12` or a unit name. */
  readonly id: string;
  readonly owner: string;
  /** The native text, whole. */
  readonly text: string;
  /** What somebody called it: a unit, an Ansible name. Absent: named after its command. */
  readonly name?: string;
  readonly description?: string;
  /** Absent: it could not be read as a job; `notes` say why. */
  readonly reading?: ForeignReading;
  /** What a job made from `reading` would lack or do otherwise, one sentence each. */
  readonly notes?: readonly string[];
  /** Absent: it cannot be taken over. */
  readonly identity?: ForeignIdentity;
  /** Why it is never adopted, if it is not ours to adopt. */
  readonly notAdoptable?: string;
}

/** A foreign entry whose place a job has taken. JSON-safe: the journal and the generations keep it. */
export interface AdoptedOriginal extends ForeignIdentity {
  readonly backend: string;
  readonly dialect: Dialect;
  /** Where it stood, for people. */
  readonly id: string;
}

/** One foreign entry to be switched off or on again. */
export interface ForeignSwitch {
  readonly original: AdoptedOriginal;
  readonly to: 'on' | 'off';
  /** To switch off: whether it is an error that it is not there any more. */
  readonly mustExist: boolean;
  /** Of this one alone, in seconds since the epoch. @default that of the batch */
  readonly handledUntil?: number;
}

/** Foreign entries of one backend to be taken out of action or put back, as one batch. */
export interface SwitchForeignInput {
  readonly dialect: Dialect;
  readonly switches: readonly ForeignSwitch[];
  /** Fire times up to here are handled, in seconds since the epoch: what is switched on again must not catch them up. */
  readonly handledUntil: number;
  /**
   * Originals of this backend whose place other jobs have, in any namespace: an entry that may be one of them is not taken for another that was edited.
   * Absent: not known, so that every entry may be one.
   */
  readonly held?: readonly AdoptedOriginal[] | undefined;
  /** Called with what was to be switched on and stays off because it is not certain which entry it is now; why, and what to do, in sentences. */
  readonly onLeftOff?: (original: AdoptedOriginal, why: string) => void;
}
