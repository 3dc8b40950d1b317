import { join } from 'node:path';

/** Where the updater keeps what outlives a run. Pure path arithmetic. */
export interface UpdateLayout {
  readonly root: string;
  readonly lock: string;
  /** What a run is in the middle of. */
  readonly journal: string;
  /** Root of the garbage collector for what is built and not switched to yet. */
  readonly candidate: string;
  /** Root of the garbage collector for the system that a rollback goes to. */
  readonly rollbackRoot: string;
  /** The same for what is active and not the default, such as a system that is only tested. */
  readonly activeRoot: string;
  /** Root of the garbage collector for the system that a boot which fails goes back to. */
  readonly bootRoot: string;
  /** One JSON line for each run. */
  readonly history: string;
  readonly badRevisions: string;
  /** Systems that were sent back once for a lost network. */
  readonly lostNetwork: string;
  readonly reboot: string;
  /** Digest of a lock file that this updater wrote and nobody has committed. */
  readonly ownLock: string;
  /** What stood in a lock that a run which was cut off had begun to write: a person's, it may be. */
  readonly lockSetAside: string;
  /** A lock that is deployed, and could not be committed to the checkout, or pushed, yet. */
  readonly unkeptLock: string;
  /** Settings of the last run: `rollback` and `status` need no config. */
  readonly settings: string;
  readonly log: string;
  /** Working copy of the flake in which a lock is committed before it is deployed. */
  readonly worktree: string;
  readonly fleet: string;
}

export function updateLayout(stateDir: string, logFile?: string): UpdateLayout {
  const root = join(stateDir, 'nix-update');
  return {
    root,
    lock: join(root, 'lock'),
    journal: join(root, 'journal.json'),
    candidate: join(root, 'candidate'),
    rollbackRoot: join(root, 'rollback-target'),
    activeRoot: join(root, 'rollback-active'),
    bootRoot: join(root, 'boot-target'),
    history: join(root, 'history.jsonl'),
    badRevisions: join(root, 'bad-revisions.json'),
    lostNetwork: join(root, 'lost-network.json'),
    reboot: join(root, 'reboot.json'),
    ownLock: join(root, 'own-lock'),
    lockSetAside: join(root, 'flake.lock.set-aside'),
    unkeptLock: join(root, 'unkept-lock.json'),
    settings: join(root, 'settings.json'),
    log: logFile ?? join(root, 'log', 'update.log'),
    worktree: join(root, 'worktree'),
    fleet: join(root, 'fleet'),
  };
}
