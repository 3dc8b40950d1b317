import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface VixieCronRun {
  /** The zone of the daemon's machine. */
  readonly zone: string;
  /** Expressions, one job each. */
  readonly expressions: readonly string[];
  /** Seconds since the epoch; starts are reported in [from, to). */
  readonly from: number;
  readonly to: number;
  /** Called for every start, in order, with the daemon's second and the expression's index. */
  readonly onStart: (at: number, index: number) => void;
  /** Let the daemon fork for every start, as in life. @default false */
  readonly fork?: boolean;
  /** Let the 10 s pass that the daemon pauses for every missed minute with jobs. @default false */
  readonly pauses?: boolean;
}

const script = fileURLToPath(new URL('vixie-cron.sh', import.meta.url));

/** The daemon gets this long to start up, in its own time, before `from`. */
const lead = 3600;

/** Runs Debian's unmodified cron daemon over virtual time, see `vixie-cron.sh`. */
export async function vixieCron(run: VixieCronRun): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rota-oracle-'));
  try {
    const table = join(folder, 'table');
    writeFileSync(table, run.expressions.map((expression, index) => `${expression} oracle-${index}\n`).join(''));
    const options = [...(run.fork ? ['-f'] : []), ...(run.pauses ? ['-p'] : [])];
    const child = spawn(script, [...options, run.zone, String(run.from - lead), String(run.to), table], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const read = lineReader((at, index) => {
      if (at >= run.from && at < run.to) run.onStart(at, index);
    });
    for await (const chunk of child.stdout) read(chunk as Buffer);
    const status = await ended;
    if (status !== 0) throw new Error(`vixie-cron.sh ended with ${status}: ${errors}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads "SECONDS TAB oracle-INDEX" lines from chunks of bytes; there may be a hundred million. */
function lineReader(onLine: (at: number, index: number) => void): (chunk: Buffer) => void {
  const tab = 9;
  const newline = 10;
  let at = 0;
  let value = 0;
  return (chunk) => {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (byte >= 48 && byte <= 57) value = value * 10 + byte - 48;
      else if (byte === tab) {
        at = value;
        value = 0;
      } else if (byte === newline) {
        onLine(at, value);
        value = 0;
      }
    }
  };
}
