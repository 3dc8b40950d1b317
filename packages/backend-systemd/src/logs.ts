import { type Host, isRotaError, type JobKey } from '@rota/core';
import { managerEnvironment } from './systemctl.ts';
import { unitName } from './unit-name.ts';

/** Output of a job from the journal, oldest first; or one line that begins with `unavailable` and says what would make it readable. */
export async function logs(
  host: Host,
  namespace: string,
  job: JobKey,
  options: { readonly lines: number; readonly runId?: string },
): Promise<string> {
  const unit = unitName(namespace, job);
  try {
    const which = options.runId === undefined ? ofUnit(host, unit) : await ofRun(host, unit, options.runId);
    const result = await journal(host, ['--output=short-iso', `--lines=${options.lines}`, ...which]);
    if (result.exitCode === 0 && result.stdout !== '') return result.stdout;
    const said = result.stderr.trim();
    if (result.exitCode === 0 && said === '') return '';
    return `unavailable: ${said || 'the journal has nothing'}. ${remedy(host)}\n`;
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    return `unavailable: journalctl is not installed. ${remedy(host)}\n`;
  }
}

const journal = (host: Host, args: readonly string[]) =>
  host.run({ file: 'journalctl', args: ['--no-pager', '--quiet', ...args], env: managerEnvironment(host) });

/**
 * Matches of journalctl(1) for all that a unit wrote. journald reads of whose unit a line is from the process that wrote it; of one that has
 * ended by then only the identifier tells (`SyslogIdentifier=` of the unit, which is its name).
 */
function ofUnit({ user }: Host, unit: string): readonly string[] {
  return [`_UID=${user.uid}`, `_SYSTEMD_USER_UNIT=${unit}.service`, '+', ...itsStream(user, unit)];
}

const itsStream = ({ uid }: Host['user'], unit: string): readonly string[] => [
  `_UID=${uid}`,
  `SYSLOG_IDENTIFIER=${unit}`,
  '_TRANSPORT=stdout',
];

/** The same for one run: its invocation, and the stream of which any line is known to be of it. */
async function ofRun(host: Host, unit: string, runId: string): Promise<readonly string[]> {
  const invocation = [`_UID=${host.user.uid}`, `_SYSTEMD_INVOCATION_ID=${runId}`];
  const known = streams(await records(host, [...invocation, '_TRANSPORT=stdout']));
  const found = known.length > 0 ? known : streams(await whileItRan(host, unit, runId));
  return [...invocation, ...found.flatMap((id) => ['+', `_STREAM_ID=${id}`])];
}

const streams = (found: readonly JournalRecord[]): readonly string[] => [
  ...new Set(found.flatMap(({ _STREAM_ID: id }) => (id === undefined ? [] : [id]))),
];

/** What came of a unit from the manager's word that a run starts to its word that it has ended, or that the next one starts: a unit has one run at a time. */
async function whileItRan(host: Host, unit: string, runId: string): Promise<readonly JournalRecord[]> {
  const said = await records(host, [`_UID=${host.user.uid}`, `USER_INVOCATION_ID=${runId}`]);
  const [first, last] = [said[0], said.at(-1)].map((record) => Number(record?.__REALTIME_TIMESTAMP) / microseconds);
  if (first === undefined || last === undefined || Number.isNaN(first)) return [];
  const window = [`--since=@${first}`, ...(said.length > 1 ? [`--until=@${last + lateSeconds}`] : [])];
  const around = await records(host, [
    ...window,
    ...itsStream(host.user, unit),
    '+',
    `_UID=${host.user.uid}`,
    `USER_UNIT=${unit}.service`,
  ]);
  const next = around.findIndex(({ USER_INVOCATION_ID: id }) => id !== undefined && id !== runId);
  return around.slice(0, next < 0 ? undefined : next).filter(({ _SYSTEMD_INVOCATION_ID: id = runId }) => id === runId);
}

const microseconds = 1e6;
/** What a run wrote last may be read after the manager's word that it has ended. */
const lateSeconds = 2;
const mostRecords = 1000;

type JournalRecord = Partial<
  Record<'__REALTIME_TIMESTAMP' | '_STREAM_ID' | '_SYSTEMD_INVOCATION_ID' | 'USER_INVOCATION_ID', string>
>;

/** The latest entries, oldest first, without their text. */
async function records(host: Host, args: readonly string[]): Promise<readonly JournalRecord[]> {
  const fields = '--output-fields=_STREAM_ID,_SYSTEMD_INVOCATION_ID,USER_INVOCATION_ID';
  const { stdout } = await journal(host, ['--output=json', fields, `--lines=${mostRecords}`, ...args]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JournalRecord => JSON.parse(line));
}

function remedy({ user }: Host): string {
  return `To read it: sudo usermod -aG systemd-journal ${user.name}, or keep a journal on disk: sudo mkdir -p /var/log/journal && sudo systemctl restart systemd-journald.`;
}
