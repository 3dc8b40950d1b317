import type { HostOptions } from '@rota/core';

/** Where a command reads from and writes to. Data goes to `out`, talk to `err`. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  /** Width of the terminal, in columns. */
  readonly columns: number;
  /** Asks on the terminal and reads one line. Only called where `inIsTerminal`. */
  readonly ask: (question: string) => Promise<string>;
  /** Aborted when the person interrupts. */
  readonly signal: AbortSignal;
  /** What of the host is not the machine's own. */
  readonly host: HostOptions;
}
