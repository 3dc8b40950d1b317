/** One line to an actor: what it is to do now. */
export interface Act {
  readonly do: 'apply' | 'repair' | 'adopt' | 'sync' | 'run' | 'edit' | 'look';
  /** What the jobs say; of an edit the line that is added; of a sync the branch. */
  readonly text: string;
  /** The line of the crontab that is adopted. */
  readonly original?: string;
  /** Arguments of sed(1), for an edit that changes lines, too. */
  readonly sed?: string;
  /** How long the person has the table open. */
  readonly takesMs?: number;
  /** @default 0 */
  readonly afterMs?: number;
}

/** One line from an actor. */
export interface Answer {
  /** `done`, the status of a run, or the code of an error. */
  readonly outcome: string;
  readonly message?: string;
  readonly tookMs: number;
}
