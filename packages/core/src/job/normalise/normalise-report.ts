import { nearest } from '../../errors/nearest.ts';
import type { AlertChannel, Alerts, Checkin, Job } from '../job.ts';
import type { ValidManifest } from '../job-input.ts';
import { type FieldPath, printPath } from '../problem.ts';
import type { JobContext } from './job-context.ts';
import type { Notes } from './notes.ts';
import { hasReferences, parseReferences } from './references.ts';

type Spec = ValidManifest['spec'];

/** Check-ins and alerts. */
export function normaliseReport(spec: Spec, context: JobContext, notes: Notes): Pick<Job, 'checkin' | 'alerts'> {
  const checkin = normaliseCheckin(spec, context.checkin, notes);
  return {
    ...(checkin === undefined ? {} : { checkin }),
    ...(spec.alerts === undefined ? {} : { alerts: normaliseAlerts(spec.alerts, context, notes) }),
  };
}

/** A job reports when it has a `checkin` block, or when the config or the host file has a URL for all jobs. */
function normaliseCheckin(spec: Spec, defaults: JobContext['checkin'], notes: Notes): Checkin | undefined {
  if (spec.checkin === undefined && defaults?.url === undefined) return undefined;
  const path = ['spec', 'checkin'];
  const own = spec.checkin ?? {};
  if (own.url !== undefined) notes.references([...path, 'url'], own.url);
  if (own.secret !== undefined) secretReference(own.secret, [...path, 'secret'], notes);
  const url = own.url ?? defaults?.url;
  const secret = own.secret ?? defaults?.secret;
  const ca = own.ca ?? defaults?.ca;
  const enabled = own.enabled ?? true;
  if (enabled && url === undefined) {
    notes.warning(
      'ROTA_CHECKIN_WITHOUT_URL',
      path,
      'Nothing says where to send the check-ins of this job, so none is sent. Set `checkin.url` here, in the config or in the host file.',
    );
  }
  return {
    enabled,
    ...(url === undefined ? {} : { url }),
    ...(secret === undefined ? {} : { secret }),
    ...(ca === undefined ? {} : { ca }),
    timeoutMs: notes.duration([...path, 'timeout'], own.timeout ?? defaults?.timeout, 1) ?? 3_600_000,
    format: own.format ?? defaults?.format ?? 'json',
    start: own.start ?? defaults?.start ?? false,
    by: own.by ?? defaults?.by ?? 'runner',
  };
}

/** A secret that stands in a manifest is in Git for good; the message does not repeat it. */
export function secretReference(secret: string, path: FieldPath, notes: Notes, reference = '${CHECKIN_SECRET}'): void {
  if (hasReferences(secret)) return;
  if (!parseReferences(secret).ok) {
    notes.references(path, secret);
    return;
  }
  notes.error(
    'ROTA_SECRET_LITERAL',
    path,
    `\`${printPath(path)}\` holds a literal secret. Keep it out of the declaration: put it into secrets.env and refer to it.`,
    reference,
  );
}

/** A name for it in the secrets file: `${MATRIX_TOKEN}`. */
function secretOf(plugin: string, option: string): string {
  return `\${${`${plugin}_${option}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}}`;
}

function normaliseAlerts(declared: NonNullable<Spec['alerts']>, { alertChannels }: JobContext, notes: Notes): Alerts {
  const channels: AlertChannel[] = [];
  const urls = declared.webhook === undefined ? [] : [declared.webhook].flat();
  for (const [index, url] of urls.entries()) {
    notes.references(Array.isArray(declared.webhook) ? ['spec', 'alerts', 'webhook', index] : ['spec', 'alerts', 'webhook'], url);
    channels.push({ kind: 'webhook', url });
  }
  if (declared.command !== undefined) {
    const command = notes.command(['spec', 'alerts', 'command'], declared.command);
    for (const word of command) notes.references(['spec', 'alerts', 'command'], word);
    channels.push({ kind: 'command', command });
  }
  if (declared.desktop === true) channels.push({ kind: 'desktop' });
  for (const [index, channel] of (declared.channels ?? []).entries()) {
    const path = ['spec', 'alerts', 'channels', index];
    if ('command' in channel) {
      const command = notes.command([...path, 'command'], channel.command);
      channels.push({ kind: 'command', command, ...(channel.by === undefined ? {} : { by: channel.by }) });
      continue;
    }
    const { plugin, options } = channel;
    const known = alertChannels.get(plugin);
    if (known === undefined) {
      const near = nearest(plugin, [...alertChannels.keys()]);
      notes.error(
        'ROTA_ALERT_CHANNEL_UNKNOWN',
        [...path, 'plugin'],
        `No plugin contributes the alert channel "${plugin}". Use webhook, command or desktop, or add the plugin to the config.`,
        near,
      );
      continue;
    }
    const merged = { ...known.options, ...options };
    for (const [key, value] of Object.entries(merged)) {
      if (typeof value !== 'string') continue;
      if (known.secrets?.includes(key)) secretReference(value, [...path, 'options', key], notes, secretOf(plugin, key));
      else notes.references([...path, 'options', key], value);
    }
    channels.push({ kind: 'plugin', name: plugin, module: known.module, options: merged });
  }
  if (channels.length === 0 && (declared.channels ?? []).length === 0)
    notes.error(
      'ROTA_FIELD_MISSING',
      ['spec', 'alerts'],
      '`spec.alerts` names nobody to tell. Give webhook, command or desktop.',
    );
  const on = declared.on === undefined ? (['failure', 'recovery'] as const) : [...new Set([declared.on].flat())];
  return { on, channels, ...(declared.by === undefined ? {} : { by: declared.by }) };
}
