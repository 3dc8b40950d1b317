import { nearest } from '../../errors/nearest.ts';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { checkState } from '../../state/state-format.ts';
import type { Target } from '../target.ts';
import { readTargetRecords, recordKey, type TargetRecord, type TargetRecords } from '../target-records.ts';
import { type AskedSystems, systemsOf } from '../target-system.ts';
import { collectReasons, type PlacedTarget, type Reasons } from './change-reasons.ts';
import { changedInputs, type InputChanges, readFlakeLock } from './flake-lock.ts';
import type { Repository } from './open-repository.ts';
import { readChanges } from './read-changes.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import type { PlannedTarget, TargetPlan, TargetReason, TargetState } from './target-plan.ts';

/** What {@link planTargets} is given; see there. */
export interface PlanTargetsInput {
  readonly host: Host;
  readonly namespace: string;
  /** Absolute folder of the config; its repository is the one that is planned from. */
  readonly baseDir: string;
  /** The whole registry. */
  readonly targets: readonly Target[];
  /** Only these are part of the plan. @default all */
  readonly names?: readonly string[] | undefined;
  readonly systems?: AskedSystems;
  /** Compare with this revision instead of what is recorded. */
  readonly since?: string | undefined;
  /** Every target is to be built. */
  readonly all?: boolean | undefined;
  /** These targets are to be built, and no others, whatever changed. */
  readonly only?: readonly string[] | undefined;
}

/** One target for one system, and what it is compared with. */
interface Case {
  readonly placed: PlacedTarget;
  readonly system: string;
  readonly attr: string | null;
  readonly record: TargetRecord | undefined;
  /** What to compare with, as it was given or recorded. */
  readonly since: string | undefined;
}

/**
 * Says which targets have to be built or deployed again. Reads the repository and the records; changes nothing.
 * What is not committed is not looked at: what is built is a commit.
 *
 * @throws ROTA_TARGET_REPOSITORY, ROTA_TARGET_REVISION, ROTA_TARGET_UNKNOWN, ROTA_STATE_DAMAGED, ROTA_COMMAND_MISSING
 */
export async function planTargets(input: PlanTargetsInput): Promise<TargetPlan> {
  const { host, namespace, targets } = input;
  checkState(host);
  for (const name of [...(input.names ?? []), ...(input.only ?? [])]) findTarget(targets, name);
  const records = readTargetRecords(host, namespace);
  const asked = input.all === true || input.only !== undefined;
  const snapshot = await readSnapshot({ ...input, compares: !asked }, [...records.values()]);
  const cases = casesOf(input, records, snapshot.repository);
  const found = asked ? cases.map((one) => askedReasons(one, input)) : await reasonsOf(cases, snapshot);
  const planned = cases.map((one, index) => plannedCase(one, snapshot, found[index] ?? nothing, host));
  const whole = asked ? planned : withDependencies(planned, cases, input);
  const deployed = whole.map((one, index) => withDeployment(one, cases[index], host));
  const { names = [] } = input;
  const wanted = names.length === 0 ? deployed : deployed.filter(({ name }) => names.includes(name));
  const bases = new Set(wanted.map(({ base }) => base));
  const since = input.since === undefined ? undefined : snapshot.bases.get(input.since);
  return {
    formatVersion: 1,
    base: since ?? (bases.size === 1 ? ([...bases][0] ?? null) : null),
    head: snapshot.head,
    targets: wanted,
    warnings: inputWarnings(cases, snapshot),
  };
}

/** @throws ROTA_TARGET_UNKNOWN with the nearest name */
export function findTarget(targets: readonly Target[], name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  const names = targets.map((target) => target.name);
  const near = nearest(name, names);
  throw new RotaError('ROTA_TARGET_UNKNOWN', `No target \`${name}\` is declared.`, {
    suggestions: near === undefined ? names.slice(0, 5) : [near],
  });
}

const nothing: Reasons = { reasons: [], more: 0 };

function casesOf(
  { targets, systems, host, since }: PlanTargetsInput,
  records: TargetRecords,
  repository: Repository,
): readonly Case[] {
  const flakes = new Map([...new Set(targets.map(({ flake }) => flake))].map((flake) => [flake, repository.inRepository(flake)]));
  return targets
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((target) => {
      const placed = { target, flakeDir: flakes.get(target.flake) ?? '' };
      return systemsOf(target, systems, host).map((system): Case => {
        const record = records.get(recordKey({ name: target.name, system }));
        return { placed, system, attr: target.attrs[system] ?? null, record, since: since ?? record?.built?.revision };
      });
    });
}

/** The reasons of all cases: each pair of revisions is compared once, whoever asks for it. */
async function reasonsOf(cases: readonly Case[], snapshot: Snapshot): Promise<readonly Reasons[]> {
  const { repository, head, bases, locks, comparison } = snapshot;
  const found: Reasons[] = cases.map((one) => ({ reasons: firstReasons(one, bases), more: 0 }));
  const groups = new Map<string, number[]>();
  for (const [index, { since, attr }] of cases.entries()) {
    const base = since === undefined ? undefined : bases.get(since);
    if (since === undefined || base === undefined || base === head || attr === null) continue;
    const members = groups.get(since) ?? [];
    members.push(index);
    groups.set(since, members);
  }
  // All that can be done while git still compares.
  const ready = [...groups].map(([since, members]) => ({
    since,
    members,
    collector: collectReasons(members.flatMap((index) => cases[index]?.placed ?? [])),
    taken: 0,
  }));
  // Files that stay files mean the same whatever comes after them.
  const takePlainChanges = (): void => {
    for (const one of ready) {
      const found = comparison.of(one.since);
      for (let change = found[one.taken]; change?.kind === 'changed'; change = found[one.taken]) {
        one.collector.add(change);
        one.taken += 1;
      }
    }
  };
  comparison.watch(takePlainChanges);
  await comparison.done;
  takePlainChanges();
  for (const { since, members, collector, taken } of ready) {
    const others = await readChanges(comparison.of(since).slice(taken), repository.findSubmodule);
    for (const change of others) collector.add(change);
    const inputs = new Map<string, InputChanges | null>();
    const inputsOf = (flakeDir: string): InputChanges | null => {
      const known = inputs.get(flakeDir);
      if (known !== undefined) return known;
      const made = changedInputs(locks.get(`${since} ${flakeDir}`), locks.get(`HEAD ${flakeDir}`));
      inputs.set(flakeDir, made);
      return made;
    };
    for (const [at, { reasons, more }] of collector.reasons(inputsOf).entries()) {
      const index = members[at] ?? 0;
      found[index] = { reasons: [...(found[index]?.reasons ?? []), ...reasons], more };
    }
  }
  return found;
}

/** With a list or all of them, what changed does not matter. */
function askedReasons({ placed, attr }: Case, { all, only }: PlanTargetsInput): Reasons {
  if (attr === null) return { reasons: [{ kind: 'unsupported-system', path: null, hint: null }], more: 0 };
  const isAsked = all === true || (only?.includes(placed.target.name) ?? false);
  return isAsked ? { reasons: [{ kind: 'asked', path: null, hint: null }], more: 0 } : nothing;
}

/** What can be said without looking at what changed. */
function firstReasons({ attr, since, record }: Case, bases: Snapshot['bases']): readonly TargetReason[] {
  if (attr === null) return [{ kind: 'unsupported-system', path: null, hint: null }];
  if (since === undefined) return [{ kind: 'never-built', path: null, hint: null }];
  if (!bases.has(since)) return [{ kind: 'history', path: null, hint: null }];
  if (record?.built !== null && record?.built !== undefined && record.built.attr !== attr)
    return [{ kind: 'attr', path: null, hint: null }];
  return [];
}

function plannedCase(one: Case, { bases }: Snapshot, { reasons, more }: Reasons, host: Host): PlannedTarget {
  const { target } = one.placed;
  return {
    name: target.name,
    system: one.system,
    attr: one.attr,
    base: one.since === undefined ? null : (bases.get(one.since) ?? null),
    rebuild: one.attr !== null && reasons.length > 0,
    deploy: false,
    reasons,
    moreReasons: more,
    artifact: one.record?.built?.artifact ?? null,
    host: target.deployment === undefined ? null : (target.deployment.host ?? host.hostname),
    state: stateOf(target),
  };
}

/**
 * Whoever is built from a target that is built again is built again too, for the same system. So is who was built from what that target is no
 * longer: its own build had failed, or only the other was asked for.
 */
function withDependencies(
  planned: readonly PlannedTarget[],
  cases: readonly Case[],
  { targets, since }: PlanTargetsInput,
): readonly PlannedTarget[] {
  const recorded = new Map(
    since === undefined ? cases.map(({ record }, index) => [planned[index], record?.built?.dependencies]) : [],
  );
  const isOther = (one: PlannedTarget, { name, artifact }: PlannedTarget): boolean => {
    const known = recorded.get(one);
    return known !== undefined && (known[name] ?? null) !== artifact;
  };
  const byKey = new Map(planned.map((one) => [recordKey(one), one]));
  const dependencies = new Map(targets.map(({ name, dependsOn }) => [name, dependsOn]));
  const isRebuilt = (one: PlannedTarget, above: readonly string[]): boolean =>
    one.rebuild || rebuiltDependencies(one, above).length > 0;
  const rebuiltDependencies = (one: PlannedTarget, above: readonly string[]): readonly string[] =>
    one.attr === null || above.includes(one.name)
      ? []
      : (dependencies.get(one.name) ?? []).filter((dependency) => {
          const found = byKey.get(recordKey({ name: dependency, system: one.system }));
          return found !== undefined && (isOther(one, found) || isRebuilt(found, [...above, one.name]));
        });
  return planned.map((one) => {
    const rebuilt = rebuiltDependencies(one, []);
    if (rebuilt.length === 0) return one;
    const reasons = rebuilt.map((hint): TargetReason => ({ kind: 'dependency', path: null, hint }));
    return { ...one, rebuild: true, reasons: [...one.reasons, ...reasons] };
  });
}

/** What is built again is deployed again; so is what was built and does not run where it should. */
function withDeployment(one: PlannedTarget, found: Case | undefined, host: Host): PlannedTarget {
  const deployment = found?.placed.target.deployment;
  if (found === undefined || deployment === undefined || one.attr === null) return one;
  if (one.rebuild) return { ...one, deploy: true };
  const built = found.record?.built;
  if (built === undefined || built === null) return one;
  const there = found.record?.deployed.find((record) => record.host === (deployment.host ?? host.hostname));
  if (there?.artifact === built.artifact && !there.interrupted) return one;
  const kind = there?.interrupted ? 'deploy-interrupted' : 'undeployed';
  return { ...one, deploy: true, reasons: [...one.reasons, { kind, path: null, hint: null }] };
}

function stateOf({ state }: Target): TargetState | null {
  if (state === undefined) return null;
  const { backup, restore, reauth } = state.guidance ?? {};
  return {
    roots: state.roots.map(({ name, path }) => ({ name, path })),
    guidance: {
      ...(backup === undefined ? {} : { backup }),
      ...(restore === undefined ? {} : { restore }),
      ...(reauth === undefined ? {} : { reauth }),
    },
  };
}

/** An input that no flake has would never mark its target. */
function inputWarnings(cases: readonly Case[], { locks }: Snapshot): readonly string[] {
  const warnings = new Set<string>();
  const inputs = new Map(
    [...new Set(cases.map(({ placed }) => placed.flakeDir))].map((dir) => [dir, readFlakeLock(locks.get(`HEAD ${dir}`))]),
  );
  for (const { placed } of cases) {
    const known = inputs.get(placed.flakeDir);
    if (known === undefined || known === null) continue;
    for (const name of placed.target.inputs ?? []) {
      if (known.has(name)) continue;
      const near = nearest(name, known.keys());
      const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
      warnings.add(`Target "${placed.target.name}" names the input \`${name}\`, which its flake.lock does not have.${hint}`);
    }
  }
  return [...warnings];
}
