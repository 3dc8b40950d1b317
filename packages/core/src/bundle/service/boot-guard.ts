import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { unitFolder } from './unit-folder.ts';

type GuardHost = Pick<Host, 'files' | 'env' | 'user'>;

/** A unit that calls the script of a guard when the machine has gone down under it, and with it the guard. */
export interface BootGuard {
  /** Of the unit, without its ending. */
  readonly name: string;
  /** Called with the argument `boot`. */
  readonly script: string;
  /** While this file is there, there is something to do. */
  readonly armed: string;
  readonly system: boolean;
}

/** Its files: the link goes first, so that a unit is never called that is half there. */
export function bootGuardFiles(host: Pick<Host, 'env' | 'user'>, { name, system }: BootGuard): readonly [string, string] {
  const folder = unitFolder(host, system ? 'system' : 'user');
  const unit = `${name}.service`;
  return [join(folder, `${system ? 'multi-user' : 'default'}.target.wants`, unit), join(folder, unit)];
}

/**
 * Puts it where the manager looks when it starts; it need not know before. Where nobody may write, as on NixOS, there is none, and what is not
 * started by the manager itself waits for the next command.
 */
export function armAtBoot(host: GuardHost, guard: BootGuard): void {
  const [link, unit] = bootGuardFiles(host, guard);
  try {
    host.files.write(unit, unitText(guard), 0o644);
    host.files.link(unit, link);
  } catch {
    disarmAtBoot(host, [link, unit]);
  }
}

/** Nothing happens where there is none. */
export function disarmAtBoot({ files }: Pick<Host, 'files'>, paths: readonly string[] = []): void {
  for (const path of paths) if (files.facts(path) !== undefined || files.readLink(path) !== undefined) files.remove(path);
}

/** What it starts is to outlive it (systemd.kill(5)), and everything that starts by itself does so before. */
function unitText({ script, armed, system }: BootGuard): string {
  return `[Unit]
Description=Ends what Rota had begun with the state of a service when the machine went down
ConditionPathExists=${armed.replaceAll('%', '%%')}
After=${system ? 'multi-user.target' : 'default.target'}

[Service]
ExecStart=/bin/sh "${script.replaceAll(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}" boot
KillMode=process
`;
}
