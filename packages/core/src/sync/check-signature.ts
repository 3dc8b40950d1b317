import { RotaError } from '../errors/rota-error.ts';
import { type Git, gitWords } from '../host/git.ts';
import type { Revision, SyncSource } from './sync-status.ts';

/**
 * Makes sure that a commit bears a good signature. With a file of allowed signers only its SSH keys count, no key of the person's own keyring;
 * without, the person's Git settings say who is trusted, and a key must be trusted there.
 *
 * @throws ROTA_SYNC_UNSIGNED
 */
export async function checkSignature(git: Git, revision: Revision, { allowedSigners }: SyncSource): Promise<void> {
  const settings =
    allowedSigners === undefined
      ? ['gpg.minTrustLevel=marginal']
      : // git-config(1) gpg.<format>.program: a signature of another format has nobody who checks it, and fails.
        [
          `gpg.ssh.allowedSignersFile=${allowedSigners}`,
          'gpg.openpgp.program=false',
          'gpg.program=false',
          'gpg.x509.program=false',
        ];
  const result = await git(['verify-commit', revision.id], { settings });
  if (result.exitCode === 0) return;
  const unsigned = result.stderr.trim() === '' || /no signature/i.test(result.stderr);
  throw new RotaError(
    'ROTA_SYNC_UNSIGNED',
    `The commit ${revision.id.slice(0, 12)} (${revision.subject}) ${
      unsigned ? 'is not signed' : `has no signature that is trusted here: ${gitWords(result)}`
    }. What is installed stays.`,
    {
      suggestions: [
        allowedSigners === undefined
          ? 'Name who may sign: --allowed-signers FILE (ssh-keygen(1), ALLOWED SIGNERS).'
          : `Who may sign stands in ${allowedSigners}.`,
      ],
    },
  );
}
