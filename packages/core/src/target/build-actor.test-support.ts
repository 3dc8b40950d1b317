import { createHost } from '../host/create-host.ts';
import { buildTargets } from './build/build-targets.ts';
import { readTarget } from './read-target.ts';

/** A process of its own that builds one service: `build-actor ROOT STATE NAME`. Prints what came of it, as JSON. */
const [baseDir = '', stateDir = '', name = ''] = process.argv.slice(2);
const { target } = readTarget({ name, attr: `packages.{system}.${name}`, hints: [`services/${name}/**`] }, 'targets[0]', {
  dir: baseDir,
  tenant: 'acme',
  platform: 'linux',
  locate: ({ code, severity, message }) => ({ code, severity, message }),
});
if (target === undefined) throw new Error('not a target');
const host = createHost({ stateDir, hostname: 'here', timezone: 'UTC' });
const { targets } = await buildTargets({ host, namespace: 'default', baseDir, targets: [target], names: [name] });
process.stdout.write(JSON.stringify(targets[0]));
