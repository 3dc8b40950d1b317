import { type Backend, defineBackend } from '@rota/core';
import { apply } from './apply/apply.ts';
import { capabilities } from './capabilities.ts';
import { compile } from './compile/compile.ts';
import { detect } from './detect.ts';
import { inventory } from './inventory/inventory.ts';
import { switchForeign } from './inventory/switch-foreign.ts';
import { list } from './list/list.ts';
import { logs } from './logs.ts';
import { state } from './state.ts';
import { unitName } from './unit-name.ts';

/**
 * Runs jobs as timers and services of the user's own systemd manager, from version 252 on.
 *
 * @example
 * import { systemd } from '@rota/backend-systemd';
 * const availability = await systemd().detect(createHost());
 */
export function systemd(): Backend {
  return defineBackend({
    name: 'systemd',
    apiVersion: 1,
    dialects: [
      { name: 'systemd', version: 252 },
      { name: 'systemd', version: 257 },
      { name: 'systemd', version: 262 },
    ],
    capabilities,
    detect,
    compile,
    list,
    inventory,
    switchForeign,
    apply,
    startCommand: (namespace, job) => ['systemctl', '--user', 'start', '--no-block', `${unitName(namespace, job)}.service`],
    state,
    logs,
  });
}
