import { type Backend, defineBackend } from '@rota/core';
import { apply } from './apply.ts';
import { capabilities } from './capabilities.ts';
import { compile } from './compile.ts';
import { detect } from './detect.ts';
import { cronDialects } from './dialect.ts';
import { inventory } from './inventory/inventory.ts';
import { leftOff } from './inventory/left-off.ts';
import { switchForeign } from './inventory/switch-foreign.ts';
import { list } from './list.ts';

/**
 * The user's crontab, for Debian cron, cronie and BusyBox crond. Every line starts the runner; jobs are started by hand through the
 * runner too, since cron cannot be asked to.
 */
export function cron(): Backend {
  return defineBackend({
    name: 'cron',
    apiVersion: 1,
    dialects: cronDialects.map((name) => ({ name })),
    capabilities,
    detect,
    compile,
    list,
    apply,
    inventory,
    switchForeign,
    leftOff,
  });
}
