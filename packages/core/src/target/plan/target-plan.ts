/** Why a target is to be built or deployed again. `docs/targets.md` has a line for each. */
export type ReasonKind =
  /** A path that a hint wants is new, differs, is gone, or has the content of another that is gone. */
  | 'added'
  | 'changed'
  | 'deleted'
  | 'renamed'
  /** A path that a hint wants has another name now, which no hint wants. */
  | 'moved-away'
  /** A submodule that a hint reaches into has moved on, and its commits are not here. */
  | 'submodule'
  /** An input of the flake. */
  | 'flake-input'
  /** flake.lock differs and cannot be understood. */
  | 'flake-lock'
  /** Nothing is recorded for it. */
  | 'never-built'
  /** The recorded revision is not in the repository any more. */
  | 'history'
  /** The attribute path is another one than what was built. */
  | 'attr'
  /** A target that it is built from. */
  | 'dependency'
  /** It was named, or all were. */
  | 'asked'
  /** What it would build is another artifact, though no hint matched. */
  | 'stale-hint'
  /** It has no attribute for the system. */
  | 'unsupported-system'
  /** What is built is not what runs on the host, or a deployment was cut off. */
  | 'undeployed'
  | 'deploy-interrupted';

/** One reason why a target is to be built or deployed again. */
export interface TargetReason {
  readonly kind: ReasonKind;
  /** Relative to the root of the repository; `null` where no path is the reason. */
  readonly path: string | null;
  /** The hint that wants the path; of `flake-input` the input, of `dependency` the target; else `null`. */
  readonly hint: string | null;
  /** The other name, of `renamed` the old one, of `moved-away` the new one. */
  readonly other?: string;
}

/** The state bundle of a target, for whoever deploys or restores it. */
export interface TargetState {
  readonly roots: readonly { readonly name: string; readonly path: string }[];
  readonly guidance: { readonly backup?: string; readonly restore?: string; readonly reauth?: string };
}

/** What is to be done about one target for one system. */
export interface PlannedTarget {
  readonly name: string;
  readonly system: string;
  /** `null` where the target has none for the system. */
  readonly attr: string | null;
  /** Full id of the commit that it is compared with; `null` where there is none. */
  readonly base: string | null;
  readonly rebuild: boolean;
  readonly deploy: boolean;
  /** In the order of paths; none where nothing is to be done. */
  readonly reasons: readonly TargetReason[];
  /** How many reasons were left out of a list that would be longer than 1000. */
  readonly moreReasons: number;
  /** What was built last; `null` where nothing is recorded. */
  readonly artifact: string | null;
  /** Where it is deployed; `null` where it is only built. */
  readonly host: string | null;
  readonly state: TargetState | null;
}

/** Which targets need a rebuild or a deployment, and why. The same repository and records give the same plan. */
export interface TargetPlan {
  readonly formatVersion: 1;
  /** The commit that all targets are compared with; `null` where they are compared with different ones, or with none. */
  readonly base: string | null;
  readonly head: string;
  /** Sorted by name, then system. */
  readonly targets: readonly PlannedTarget[];
  /** What is odd about the registry, such as an input that the flake does not have. */
  readonly warnings: readonly string[];
}

/** How many reasons one target lists. */
export const mostReasons = 1000;
