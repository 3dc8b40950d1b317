import type { Host } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';

/** The host with a new state folder and a `crontab` that loses what it lists, and says that all is well. */
export function lostListing(host: Host): Host {
  return {
    ...host,
    stateDir: temporaryFolder(),
    run: async (request) => {
      const result = await host.run(request);
      return request.args[0] === '-l' ? { ...result, exitCode: 0, stdout: '', stderr: '' } : result;
    },
  };
}
