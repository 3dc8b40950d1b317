import { type Backend, type Dialect, namespaceLayout, nearest, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { loadBackend, loadBackends } from './load-backends.ts';

/** The backend that a question is about, and the dialect to answer for. */
export interface ChosenDialect {
  readonly backend: Backend;
  readonly dialect: Dialect;
}

/**
 * The backend that was named, in the dialect of this machine where it has one; else the one that the namespace has recorded; else the
 * best that is usable here.
 */
export async function chooseDialect(context: CommandContext): Promise<ChosenDialect> {
  const host = context.host();
  const named = context.options.backend ?? recordedBackend(context);
  if (named !== undefined) {
    const backend = await loadBackend(named);
    const { dialect } = context.options;
    if (dialect !== undefined) return { backend, dialect: knownDialect(backend, dialect) };
    const availability = await backend.detect(host);
    return { backend, dialect: availability.usable ? availability.dialect : (backend.dialects[0] ?? availability.dialect) };
  }
  for (const backend of await loadBackends()) {
    const { usable, dialect } = await backend.detect(host);
    if (usable) return { backend, dialect };
  }
  throw new RotaError('ROTA_BACKEND_UNAVAILABLE', 'No backend can be used on this machine.', {
    suggestions: ['Name one to ask about: --backend systemd.'],
  });
}

/** @throws ROTA_USAGE */
export function knownDialect(backend: Backend, name: string): Dialect {
  const known = backend.dialects.find((dialect) => dialect.name === name);
  if (known !== undefined) return known;
  const names = backend.dialects.map((dialect) => dialect.name);
  const near = nearest(name, names);
  throw new RotaError('ROTA_USAGE', `The backend ${backend.name} has no dialect \`${name}\`; it has ${names.join(', ')}.`, {
    suggestions: near === undefined ? [] : [near],
  });
}

function recordedBackend(context: CommandContext): string | undefined {
  const host = context.host();
  const { record } = namespaceLayout(host.stateDir, context.options.namespace ?? 'default');
  try {
    const facts: unknown = JSON.parse(host.files.readText(record) ?? '{}');
    const backend = typeof facts === 'object' && facts !== null && 'backend' in facts ? facts.backend : undefined;
    return typeof backend === 'string' ? backend : undefined;
  } catch {
    // A damaged record is for plan and doctor to report; this is only a question about a schedule.
    return undefined;
  }
}
