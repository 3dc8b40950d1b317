import { join } from 'node:path';
import type { Files } from '@rota/core';
import { followLink } from '../machine/follow-link.ts';
import type { UpdatedSystem } from '../machine/updated-system.ts';

/** Whether what boots differs from what was booted in something that only a boot changes. */
export interface RebootNeed {
  /** `null`: cannot be told, as in a container without a kernel of its own. */
  readonly needed: boolean | null;
  /** What differs, or why it cannot be told. */
  readonly reasons: readonly string[];
}

type Reader = Pick<Files, 'readText' | 'readLink' | 'facts'>;

/** Links; all three, for a new kernel with the same modules and the other way round both occur. */
const essential = ['kernel', 'initrd', 'kernel-modules'] as const;
const alsoLinks = ['systemd', 'firmware'] as const;
/** Keys that both sides have are compared, so that a new kind of trigger alone reboots nothing. */
const triggerFiles = ['reboot-triggers', 'switch-inhibitors'] as const;

/** Compares a system with the booted one. What is missing on both sides tells nothing: two empty answers are not "the same". */
export function rebootNeed(files: Reader, system: Pick<UpdatedSystem, 'kind' | 'booted'>, target: string | null): RebootNeed {
  if (system.kind === 'home-manager' || system.booted === null) return { needed: false, reasons: [] };
  const booted = followLink(files, system.booted);
  if (booted === null || target === null)
    return { needed: null, reasons: [`${booted === null ? system.booted : system.kind} cannot be read`] };

  const links = [...essential, ...alsoLinks].map((name) => ({
    name,
    before: followLink(files, join(booted, name)),
    after: followLink(files, join(target, name)),
  }));
  const missing = links.filter(
    ({ name, before, after }) => essential.some((one) => one === name) && (before === null || after === null),
  );
  const differing = links
    .filter(({ before, after }) => before !== null && after !== null && before !== after)
    .map(({ name }) => name);
  const parameters = files.readText(join(booted, 'kernel-params')) !== files.readText(join(target, 'kernel-params'));
  const reasons = [
    ...differing,
    ...(parameters ? ['kernel-params'] : []),
    ...triggerFiles.flatMap((name) => differingKeys(files.readText(join(booted, name)), files.readText(join(target, name)))),
  ];
  if (reasons.length > 0) return { needed: true, reasons };
  if (missing.length > 0) return { needed: null, reasons: missing.map(({ name }) => `${name} cannot be compared`) };
  return { needed: false, reasons: [] };
}

function differingKeys(before: string | undefined, after: string | undefined): readonly string[] {
  const [old, fresh] = [recordOf(before), recordOf(after)];
  return Object.keys(old).filter((key) => key in fresh && JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
}

function recordOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
