import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import { endProgram } from '../../host/end-program.ts';
import type { Host } from '../../host/host.ts';
import type { Command } from '../../job/job.ts';

/**
 * Writes a consistent copy of a SQLite database that others may be writing to. `VACUUM INTO` reads one snapshot, so that, unlike the backup
 * API, it is not begun again at every write of another process (sqlite.org/lang_vacuum.html, sqlite.org/backup.html).
 * Resolves to what made the copy.
 *
 * @throws ROTA_BUNDLE_CAPTURE, ROTA_COMMAND_MISSING
 */
export async function copySqlite(host: Pick<Host, 'run'>, database: string, copy: string, timeoutMs: number): Promise<string> {
  const statement = `VACUUM INTO '${copy.replaceAll("'", "''")}'`;
  const node = nodeSqlite();
  try {
    const result = await host.run({
      file: 'sqlite3',
      args: ['-batch', '-bail', '-cmd', '.timeout 10000', database, statement],
      timeoutMs,
    });
    if (result.exitCode !== 0)
      throw new RotaError('ROTA_BUNDLE_CAPTURE', `The database ${database} could not be copied: ${result.stderr.trim()}`);
    return 'sqlite3 VACUUM INTO';
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    if (node === undefined)
      throw new RotaError(
        'ROTA_COMMAND_MISSING',
        `The database ${database} cannot be copied: the program sqlite3 was not found.`,
        {
          suggestions: ['Install it: apt-get install sqlite3', 'Or use Node 22.13 or newer, which has SQLite itself.'],
          cause: error,
        },
      );
  }
  const connection = new node.DatabaseSync(database);
  try {
    connection.exec('PRAGMA busy_timeout = 10000');
    connection.exec(statement);
  } finally {
    connection.close();
  }
  return 'node:sqlite VACUUM INTO';
}

/** Checks a copy. Resolves to what SQLite says, `ok` when it is good. */
export async function checkSqlite(host: Pick<Host, 'run'>, database: string, timeoutMs: number): Promise<string> {
  const statement = 'PRAGMA integrity_check';
  try {
    const { exitCode, stdout, stderr } = await host.run({
      file: 'sqlite3',
      args: ['-batch', '-readonly', database, statement],
      timeoutMs,
    });
    return exitCode === 0 ? stdout.trim() : stderr.trim() || `sqlite3 ended with ${exitCode}`;
  } catch (error) {
    const node = nodeSqlite();
    if (node === undefined || !isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    const connection = new node.DatabaseSync(database, { readOnly: true });
    try {
      return connection
        .prepare(statement)
        .all()
        .map((row) => String(row.integrity_check))
        .join('\n');
    } finally {
      connection.close();
    }
  }
}

/**
 * Runs a command whose output (or input) is a file. One that took too long has failed, however it ended: a wrapper may well take its end for success.
 *
 * @throws ROTA_BUNDLE_HOOK
 */
export async function runWithFile(
  what: string,
  [program = '', ...args]: Command,
  stream: { readonly output: string } | { readonly input: string },
  env: Readonly<Record<string, string>>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const file = 'output' in stream ? openSync(stream.output, 'wx', 0o600) : openSync(stream.input, 'r');
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, {
        stdio: ['output' in stream ? 'ignore' : file, 'output' in stream ? file : 'ignore', 'pipe'],
        env: { ...process.env, ...env },
      });
      // With what it has started: that may write on, and hold the pipe.
      const end = (): void => endProgram(child);
      let timedOut = false;
      const overtime = (): void => {
        timedOut = true;
        end();
      };
      const limit = setTimeout(overtime, Math.min(timeoutMs, 2 ** 31 - 1));
      signal?.addEventListener('abort', end);
      const ended = (): void => {
        clearTimeout(limit);
        signal?.removeEventListener('abort', end);
      };
      let told = '';
      child.stderr?.on('data', (text: Buffer) => {
        if (told.length < 1000) told += text.toString();
      });
      child.once('error', ended);
      child.once('close', ended);
      child.once('error', (cause) => reject(new RotaError('ROTA_BUNDLE_HOOK', `${what}: ${cause.message}`, { cause })));
      child.once('close', (status, by) => {
        if (signal?.aborted) reject(signal.reason);
        else if (status === 0 && !timedOut) resolve();
        else {
          const how = timedOut ? `took longer than ${timeoutMs} ms` : `ended with ${status ?? by}`;
          reject(new RotaError('ROTA_BUNDLE_HOOK', `${what} ${how}: ${program} ${told.trim()}`.trim()));
        }
      });
    });
  } finally {
    closeSync(file);
  }
}

/** The part of node:sqlite that is used; the types here are those of Node 20, which has none. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options?: { readonly readOnly: boolean },
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { all(): readonly Readonly<Record<string, unknown>>[] };
    close(): void;
  };
}

function nodeSqlite(): NodeSqlite | undefined {
  const getBuiltin: (name: string) => object | undefined = process.getBuiltinModule;
  const module: Partial<NodeSqlite> | undefined = getBuiltin('node:sqlite');
  return module?.DatabaseSync === undefined ? undefined : { DatabaseSync: module.DatabaseSync };
}
