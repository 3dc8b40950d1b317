import type { ProcessResult } from '@rota/core';

/** Why talking to the remote did not work. jj has no exit codes for it, so what git said decides. */
export type RemoteFailure = 'network' | 'auth' | 'lease' | 'rights' | 'git-too-old' | 'no-repository' | 'other';

const signs: readonly (readonly [RemoteFailure, RegExp])[] = [
  ['git-too-old', /does not recognize required option|unknown option .?porcelain/i],
  [
    'lease',
    /unexpectedly moved on the remote|stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|incorrect old value/i,
  ],
  [
    'rights',
    /protected branch|pre-receive hook declined|not allowed to push|write access|insufficient permission|403|read.?only|permission to .* denied|unable to create temporary object directory|insufficient permission for adding/i,
  ],
  [
    'network',
    /could not resolve host|temporary failure in name resolution|name or service not known|timed out|connection (refused|reset|closed)|network is unreachable|no route to host|unable to access|early eof|remote end hung up|broken pipe|unable to connect|did not answer in time/i,
  ],
  [
    'auth',
    /permission denied|authentication failed|host key verification failed|could not read username|terminal prompts disabled/i,
  ],
  [
    'no-repository',
    /could not find repository|does not appear to be a git repository|repository .*not found|no such remote|not exist/i,
  ],
];

/** Reads what git and jj said when a fetch or a push failed. */
export function remoteFailure(result: ProcessResult): RemoteFailure {
  if (result.timedOut) return 'network';
  return signs.find(([, sign]) => sign.test(result.stderr))?.[0] ?? 'other';
}
