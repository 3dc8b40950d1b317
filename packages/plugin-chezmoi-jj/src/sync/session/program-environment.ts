import type { Host } from '@rota/core';
import type { DotfileOptions } from '../../options.ts';
import { belowHome } from './below-home.ts';

/** Variables by which a caller would point git or jj at another repository or identity. git(1), ENVIRONMENT VARIABLES. */
const foreign = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
];

/** The environment of jj, git and chezmoi: nothing asks on a terminal, and the operation log of jj names us. */
export function programEnvironment(host: Pick<Host, 'env' | 'user' | 'hostname'>, options: DotfileOptions): Host['env'] {
  return {
    ...host.env,
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    HOME: host.user.home,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
    GIT_SSH_COMMAND: sshCommand(host, options),
    JJ_OP_USERNAME: syncUser,
    JJ_OP_HOSTNAME: host.hostname,
    EDITOR: 'false',
    JJ_EDITOR: 'false',
    // Without it and without a terminal jj starts tput, twice at every start, to ask how wide that is.
    COLUMNS: '80',
  };
}

/** Who made an operation of ours, in `jj op log`. */
export const syncUser = 'rota-sync';

function sshCommand(host: Pick<Host, 'env' | 'user'>, { sshKey }: DotfileOptions): string {
  const own = 'ssh -o BatchMode=yes -o ConnectTimeout=10';
  if (sshKey === undefined) return host.env.GIT_SSH_COMMAND || own;
  // git hands this to a shell.
  return `${own} -o IdentitiesOnly=yes -i '${belowHome(host, sshKey).replaceAll("'", "'\\''")}'`;
}
