import type { Host } from '@rota/core';
import { fleetCommands } from './fleet/fleet-repository.ts';
import {
  addWorktree,
  authorOf,
  commitLock,
  fastForward,
  findRepository,
  headCommit,
  indexLock,
  isBefore,
  listChanges,
  pruneWorktrees,
  push,
  removeWorktree,
  upstreamOf,
} from './lock/git-commands.ts';
import { activate, activationUnit } from './machine/activation-commands.ts';
import { type Command, changes, printCommand, reads } from './machine/command.ts';
import {
  buildSystem,
  closureDifference,
  evaluateSystem,
  keepPath,
  nixVersion,
  previewBuild,
  setProfile,
  updateFlake,
  updateFlakeOfOldNix,
} from './machine/nix-commands.ts';
import {
  cancelRestart,
  failedUnits,
  restart,
  restartingUnits,
  systemState,
  unitResults,
  unitState,
} from './machine/systemd-commands.ts';
import { systemAttribute } from './machine/updated-system.ts';
import { openContext } from './open-context.ts';
import { meteredCommands } from './preconditions/metered-problem.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { readSettings } from './settings/read-settings.ts';
import type { StepName } from './steps/step-names.ts';
import type { UpdateContext } from './update-context.ts';

/** A command that an update may run. */
export interface PlannedCommand {
  /** `rollback`: only when a step fails after the activation. */
  readonly step: StepName | 'baseline' | 'rollback' | 'notice';
  /** As a shell would take it; words in capitals such as `NEW_SYSTEM` stand for what is known when it runs. */
  readonly command: string;
  readonly effect: 'reads' | 'changes';
  /** When it is run; absent: always. */
  readonly when?: string;
}

/** What a plan is made of. */
export interface PlanUpdateInput {
  readonly options: NixUpdateOptions;
  /** @default this machine and this user */
  readonly host?: Host;
}

/** Every command that an update with these options may run, in order. Runs nothing, reads nothing of the network, changes nothing. */
export function planUpdate({ options, host }: PlanUpdateInput): readonly PlannedCommand[] {
  const { context } = openContext(readSettings(options), 'manual', host);
  return [
    ...before(context),
    ...fleetBefore(context),
    ...lock(context),
    ...deploy(context),
    ...after(context),
    ...rollback(context),
    ...fleetAfter(context),
    ...notice(context),
  ];
}

type Planned = readonly (readonly [PlannedCommand['step'], Command | null, string?])[];

const newSystem = 'NEW_SYSTEM';
const oldSystem = 'OLD_SYSTEM';
const restarting = 'units wait for their next start';

function before({ host, settings, system }: UpdateContext): readonly PlannedCommand[] {
  const units = settings.requiredServices.map((unit) => (unit.includes('.') ? unit : `${unit}.service`));
  return listed([
    ['baseline', failedUnits(system.kind)],
    ['baseline', restartingUnits(system.kind)],
    ['baseline', unitResults(system.kind, ['UNITS']), restarting],
    ...(settings.allowMetered
      ? []
      : meteredCommands.map((command) => ['preconditions', command, 'there is a system bus'] as const)),
    ...(settings.requireRunning ? [['preconditions', systemState(system.kind)] as const] : []),
    ...units.map((unit) => ['preconditions', unitState(system.kind, unit)] as const),
    ...settings.preUpdateHooks.map(({ command: [file = '', ...args] }) => ['hooks', changes(file, ...args)] as const),
    ...(settings.preUpdateValidation
      ? [['validate', evaluateSystem(settings.flakePath, systemAttribute(host, settings))] as const]
      : []),
  ]);
}

function lock({ host, settings, layout }: UpdateContext): readonly PlannedCommand[] {
  const { flakePath, inputs, hostCanCommitConfig } = settings;
  const repository = 'REPOSITORY';
  const flake = hostCanCommitConfig ? 'FLAKE_IN_WORKTREE' : flakePath;
  const unkept = 'an earlier lock could not be kept';
  const committing: Planned = [
    ['update-lock', isBefore(repository, 'COMMIT'), unkept],
    ['update-lock', upstreamOf(repository), unkept],
    ['update-lock', indexLock(repository), unkept],
    ['update-lock', push(repository, 'REMOTE', 'COMMIT', 'BRANCH'), unkept],
    ['update-lock', fastForward(repository, 'COMMIT'), unkept],
    ['update-lock', removeWorktree(repository, layout.worktree)],
    ['update-lock', pruneWorktrees(repository)],
    ['update-lock', addWorktree(repository, layout.worktree, 'HEAD')],
    ['update-lock', addWorktree(repository, layout.worktree, 'COMMIT'), 'an earlier lock still cannot be kept, instead'],
  ];
  const commit: Planned = [
    ['update-lock', authorOf(repository), 'an input changed'],
    ['update-lock', commitLock(flake, 'MESSAGE', null), 'an input changed'],
    ['update-lock', commitLock(flake, 'MESSAGE', `rota@${host.hostname}`), 'an input changed, and git knows no author'],
    ['update-lock', headCommit(flake), 'an input changed'],
  ];
  return listed([
    ['update-lock', findRepository(flakePath)],
    ['update-lock', listChanges(flakePath, hostCanCommitConfig ? '.' : 'flake.lock'), 'the flake is in a Git repository'],
    ...(hostCanCommitConfig ? committing : []),
    ['update-lock', nixVersion()],
    ['update-lock', updateFlake(flake, inputs)],
    ['update-lock', updateFlakeOfOldNix(flake, inputs), 'nix is older than 2.19, instead'],
    ...(hostCanCommitConfig ? commit : []),
    ['evaluate', evaluateSystem(flake, systemAttribute(host, settings))],
  ]);
}

function deploy(context: UpdateContext): readonly PlannedCommand[] {
  const { settings, system, layout } = context;
  const newer = 'there is a newer system';
  const tested = settings.operation !== 'boot';
  const kept = settings.operation !== 'test';
  return listed([
    ['cost', previewBuild('DERIVATION'), newer],
    ['build', keepPath(oldSystem, layout.rollbackRoot), newer],
    ['build', keepPath('ACTIVE_SYSTEM', layout.activeRoot), 'what is active is not the default'],
    ['build', buildSystem('DERIVATION', layout.candidate), newer],
    ['summary', closureDifference(oldSystem, newSystem), newer],
    ...(system.kind === 'nixos' ? [['activate', cancelRestart(), 'a reboot is announced'] as const] : []),
    ...(tested ? [['activate', activation(context, newSystem, 'test'), newer] as const] : []),
    ...(tested ? health(context).map((command) => ['health', command, newer] as const) : []),
    ...(kept ? [['profile', setProfile(system.profile, newSystem), newer] as const] : []),
    ...(kept ? [['boot', activation(context, newSystem, 'boot'), newer] as const] : []),
  ]);
}

function after({ settings, system, layout }: UpdateContext): readonly PlannedCommand[] {
  const repository = 'REPOSITORY';
  const committed: Planned = [
    ['keep-lock', upstreamOf(repository), 'an input changed'],
    ['keep-lock', isBefore(repository, 'COMMIT'), 'the branch has an upstream'],
    ['keep-lock', indexLock(repository), 'the branch has an upstream'],
    ['keep-lock', push(repository, 'REMOTE', 'COMMIT', 'BRANCH'), 'the branch has an upstream'],
    ['keep-lock', fastForward(repository, 'COMMIT'), 'an input changed'],
    ['keep-lock', removeWorktree(repository, layout.worktree)],
    ['keep-lock', pruneWorktrees(repository)],
  ];
  const reboots = system.kind === 'nixos' && settings.autoReboot && settings.reboot !== 'never' && settings.operation !== 'test';
  const when = settings.reboot === 'always' ? 'the window is open' : 'the kernel or its like changed, and the window is open';
  return listed([
    ...(settings.hostCanCommitConfig ? committed : []),
    ...(system.kind === 'nixos' && settings.operation !== 'test'
      ? [['reboot', keepPath('BOOTED_SYSTEM', layout.bootRoot), 'a reboot is needed'] as const]
      : []),
    ...(reboots ? [['reboot', restart(settings.rebootDelay, settings.rebootMessage), when] as const] : []),
    ...(reboots ? [['reboot', cancelRestart(), 'an announced reboot is for nothing'] as const] : []),
  ]);
}

function rollback(context: UpdateContext): readonly PlannedCommand[] {
  const { settings, system } = context;
  const failed = 'the new system is not well';
  const defaultToo = 'the default had been changed';
  return listed([
    ['rollback', unitState(system.kind, `${activationUnit}.service`), 'an earlier run was cut off'],
    ['rollback', setProfile(system.profile, oldSystem), defaultToo],
    ['rollback', activation(context, oldSystem, 'boot'), defaultToo],
    ...(settings.operation === 'boot' ? [] : [['rollback', activation(context, oldSystem, 'test'), failed] as const]),
    ...(settings.operation === 'boot' ? [] : health(context).map((command) => ['rollback', command, failed] as const)),
  ]);
}

function fleetBefore({ settings, layout }: UpdateContext): readonly PlannedCommand[] {
  if (settings.fleet === undefined) return [];
  const { prepare, fetch, take } = fleetCommands(layout.fleet, settings.fleet, '');
  return listed([
    ['update-lock', prepare, 'it is the first time'],
    ['update-lock', fetch],
    ['update-lock', take, 'a host has published'],
  ]);
}

function fleetAfter(context: UpdateContext): readonly PlannedCommand[] {
  const { settings, layout, host } = context;
  if (settings.fleet === undefined) return [];
  const { begin, add, commit, push: publish } = fleetCommands(layout.fleet, settings.fleet, host.hostname);
  return [
    ...fleetBefore(context).map((command) => ({ ...command, step: 'notice' as const })),
    ...listed([
      ['notice', begin, 'no host has published'],
      ['notice', add],
      ['notice', commit],
      ['notice', publish],
    ]),
  ];
}

function notice({ settings }: UpdateContext): readonly PlannedCommand[] {
  const [file, ...args] = settings.notify.command ?? [];
  return file === undefined ? [] : listed([['notice', changes(file, ...args), 'people are told of a failure, or of its end']]);
}

function health({ settings, system }: UpdateContext): readonly Command[] {
  const units = [
    ...settings.requiredServices,
    ...settings.healthChecks.flatMap((check) => ('unit' in check ? [check.unit] : [])),
  ].map((unit) => (unit.includes('.') ? unit : `${unit}.service`));
  return [
    failedUnits(system.kind),
    restartingUnits(system.kind),
    unitResults(system.kind, ['UNITS']),
    ...(settings.requireRunning ? [systemState(system.kind)] : []),
    ...units.map((unit) => unitState(system.kind, unit)),
    ...settings.healthChecks.flatMap((check) => {
      if (!('command' in check)) return [];
      const [file = '', ...args] = check.command;
      return [reads(file, ...args)];
    }),
  ];
}

function activation({ host, system, settings }: UpdateContext, path: string, action: 'test' | 'boot'): Command | null {
  const ownUnit = host.files.facts('/run/systemd/system') !== undefined;
  return activate({ system, path, action, ownUnit, timeoutMs: settings.activationTimeout });
}

function listed(commands: Planned): readonly PlannedCommand[] {
  return commands.flatMap(([step, command, when]) =>
    command === null
      ? []
      : [{ step, command: printCommand(command), effect: command.effect, ...(when === undefined ? {} : { when }) }],
  );
}
