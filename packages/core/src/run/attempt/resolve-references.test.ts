import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { createResolver } from './resolve-references.ts';

test.each(['HOME', 'USERPROFILE'])('a file of the home folder is found by %s, whatever the working folder is', (name) => {
  const home = temporaryFolder();
  const workingDir = join(home, 'work');
  mkdirSync(workingDir);
  writeFileSync(join(home, 'token'), 'secret\r\n', { mode: 0o600 });
  const launch = { env: {}, secretsFile: join(home, 'none'), workingDir };
  const capture = () => ({ ok: false, reason: 'nothing is started here' }) as const;
  const resolver = createResolver({ launch, files: nodeFiles, env: { [name]: home }, capture });
  expect([resolver.resolve('${file:~/token}', 'env.TOKEN'), resolver.problems]).toEqual(['secret', []]);
});
