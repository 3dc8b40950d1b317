import { RotaError } from '../../errors/rota-error.ts';
import { type Git, gitWords } from '../../host/git.ts';

/** Reads objects by names as git has them (`HEAD^{commit}`, `REV:./flake.lock`), all in one process; what is not there is `undefined`. */
export async function readObjects(git: Git, names: readonly string[]): Promise<readonly (GitObject | undefined)[]> {
  // Names go to standard input, one a line: none can be taken for an option, and none may hold a line break.
  const asked = names.filter((name) => isOneLine(name));
  const result = await git(['cat-file', '--batch'], { input: asked.map((name) => `${name}\n`).join(''), encoding: 'latin1' });
  if (result.exitCode !== 0) throw new RotaError('ROTA_COMMAND_FAILED', `git could not read objects: ${gitWords(result)}`);
  const answers = parseBatch(result.stdout, asked.length);
  let next = 0;
  return names.map((name) => (isOneLine(name) ? answers[next++] : undefined));
}

/** An object of a repository. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  /** Decoded as UTF-8. */
  readonly text: string;
}

function isOneLine(name: string): boolean {
  return !/[\n\0]/.test(name);
}

/** `ID TYPE SIZE` LF CONTENT LF, or `NAME missing` or `NAME ambiguous` LF. git-cat-file(1), BATCH OUTPUT. */
function parseBatch(bytes: string, count: number): readonly (GitObject | undefined)[] {
  const objects: (GitObject | undefined)[] = [];
  let at = 0;
  while (objects.length < count) {
    const end = bytes.indexOf('\n', at);
    const header = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(bytes.slice(at, end));
    at = end + 1;
    if (header === null) {
      objects.push(undefined);
      continue;
    }
    const [, id = '', type = '', size = '0'] = header;
    objects.push({ id, type, text: Buffer.from(bytes.slice(at, at + Number(size)), 'latin1').toString('utf8') });
    at += Number(size) + 1;
  }
  return objects;
}
