import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = { debian: 'vixie-cron.sh', cronie: 'cronie.sh', busybox: 'busybox-crond.sh' } as const;

export interface CronDaemonRun {
  readonly daemon: keyof typeof scripts;
  /** The zone of the daemon's machine. */
  readonly zone: string;
  /** A whole table; every command is `oracle-` and a number. */
  readonly table: string;
  /** Seconds since the epoch; starts are answered in [from, to). */
  readonly from: number;
  readonly to: number;
}

/** The daemon gets this long to start up, in its own time, before `from`. */
const lead = 3600;

/** Runs a real daemon over virtual time. Answers, for each number, the minutes of its starts, sorted and distinct. */
export async function cronDaemon(run: CronDaemonRun): Promise<ReadonlyMap<number, readonly number[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'rota-oracle-'));
  try {
    const table = join(folder, 'table');
    writeFileSync(table, run.table);
    const script = fileURLToPath(new URL(scripts[run.daemon], import.meta.url));
    const child = spawn(script, [run.zone, String(run.from - lead), String(run.to), table], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors += chunk;
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (status !== 0) throw new Error(`${script} ended with ${status}: ${errors}`);
    const starts = new Map<number, Set<number>>();
    for (const [, second, index] of output.matchAll(/^(\d+)\toracle-(\d+)/gm)) {
      const at = Math.floor(Number(second) / 60) * 60;
      if (at < run.from || at >= run.to) continue;
      const found = starts.get(Number(index)) ?? new Set();
      starts.set(Number(index), found.add(at));
    }
    return new Map([...starts].map(([index, found]) => [index, [...found].sort((a, b) => a - b)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
