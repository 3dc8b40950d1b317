import type { Host } from '../../host/host.ts';

/** mkfifo(1) gets the name through the shell, in octal digits: arguments of Node are UTF-8, and a name may be of any bytes. */
const script = 'name=$(printf %b. "$1") && exec mkfifo -m 600 -- "${name%.}"';

/** Makes a named pipe. Resolves to what went wrong, if anything did. */
export async function makePipe({ run }: Pick<Host, 'run'>, place: Uint8Array): Promise<string | undefined> {
  const digits = [...place].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  const { exitCode, stderr } = await run({ file: 'sh', args: ['-c', script, 'rota', digits] });
  return exitCode === 0 ? undefined : stderr.trim();
}
