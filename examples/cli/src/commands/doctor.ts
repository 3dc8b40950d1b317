import { createHost, type Diagnosis, type DoctorFinding, diagnose, type ForeignEntry, type Host, isRotaError } from '@rota/core';
import { loadBackends } from '../open/load-backends.ts';
import { ownCommand } from '../open/own-command.ts';
import { waiting } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota doctor`: exits 1 when something keeps jobs from running. */
export async function run(context: CommandContext): Promise<number> {
  const { options } = context;
  const { host, found } = hostInDoubt(context);
  const looked = await waiting(context.io, 'Looking at this machine', async () =>
    diagnose({
      host,
      backends: await loadBackends(),
      namespace: options.namespace,
      repair: options.repair,
      policy: options.policy,
      command: ownCommand(),
    }),
  );
  const diagnosis: Diagnosis = found.length === 0 ? looked : { ...looked, ok: false, findings: [...found, ...looked.findings] };
  if (context.json) {
    const { unmanaged, ...rest } = diagnosis;
    context.printJson({
      formatVersion: 1,
      namespace: options.namespace ?? null,
      ...rest,
      ...(unmanaged === undefined ? {} : { unmanaged: unmanaged.map(unmanagedJson) }),
    });
  } else print(context, diagnosis);
  return diagnosis.ok ? 0 : 1;
}

/** Every other command ends where the zone of this machine has no name; here that is a finding, and everything else is looked at. */
function hostInDoubt({ host, io, options }: CommandContext): { readonly host: Host; readonly found: readonly DoctorFinding[] } {
  try {
    return { host: host(), found: [] };
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_ZONE_DATA') throw error;
    const env = { ...io.env, ...(options.stateDir === undefined ? {} : { ROTA_STATE_DIR: options.stateDir }) };
    const { message, suggestions } = error;
    const finding = { severity: 'error', code: 'zone.unnamed', message, remedy: suggestions.join(' ') } as const;
    return { host: createHost({ env, ...io.host, timezone: 'UTC' }), found: [finding] };
  }
}

function print(
  context: CommandContext,
  { ok, namespaces, installedJobs, findings, backends, repaired, unmanaged }: Diagnosis,
): void {
  const { print: line, colors } = context;
  for (const { name, usable, dialect, findings: reasons } of backends) {
    const version = dialect.version === undefined ? (dialect.name === name ? '' : ` (${dialect.name})`) : ` ${dialect.version}`;
    line(
      `${usable ? colors.green('usable') : colors.dim('absent')}  ${name}${usable ? version : ''}${reasons[0] === undefined ? '' : `: ${reasons[0].message}`}`,
    );
  }
  for (const path of repaired) line(`repaired  ${path}`);
  if (findings.length > 0) line();
  for (const finding of findings) for (const text of findingLines(finding)) line(text);
  if (unmanaged !== undefined) {
    line();
    line(unmanaged.length === 0 ? 'Rota manages all recurring work that it can see here.' : 'Not managed by Rota:');
    for (const { backend, id, owner, text } of unmanaged) line(`  ${backend}  ${id}  (${owner})  ${firstLine(text)}`);
  }
  const jobs = `${installedJobs} ${installedJobs === 1 ? 'job' : 'jobs'} of ${namespaces.length} ${namespaces.length === 1 ? 'namespace' : 'namespaces'}`;
  if (ok) context.say(`Nothing keeps the ${jobs} from running.`);
}

function findingLines({ severity, code, message, remedy, namespace, job }: DoctorFinding): readonly string[] {
  const whose = job === undefined ? '' : `${namespace === 'default' ? '' : `${namespace}: `}${job}: `;
  return [`${severity}: ${whose}${message} [${code}]`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}

function unmanagedJson({ backend, id, owner, text, name, notAdoptable }: ForeignEntry) {
  return {
    backend,
    id,
    owner,
    text,
    ...(name === undefined ? {} : { name }),
    ...(notAdoptable === undefined ? {} : { notAdoptable }),
  };
}

function firstLine(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
