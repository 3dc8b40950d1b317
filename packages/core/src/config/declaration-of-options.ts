import type { Host } from '../host/host.ts';

/** What jobs that a program holds are declared with. */
export interface DeclarationOfOptions {
  /** @default `default` */
  readonly namespace?: string;
  /** Tenant of jobs that name none. */
  readonly tenant?: string;
  /** @default this machine and user */
  readonly host?: Host;
  /**
   * Who declares: a namespace that one source declared is not changed by another. Keep it the same from run to run.
   * @default the path of the program
   */
  readonly source?: string;
  /** Labels of this host, for jobs that select by them. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}
