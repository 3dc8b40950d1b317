import { spawn } from 'node:child_process';
import { type Host, RotaError, splitCommandLine } from '@rota/core';

/** Lets the person edit a file with their own editor. @throws ROTA_COMMAND_FAILED when the editor says that it failed */
export async function editFile(host: Pick<Host, 'env'>, path: string): Promise<void> {
  const line = host.env.VISUAL || host.env.EDITOR || 'vi';
  const split = splitCommandLine(line);
  const [file = 'vi', ...args] = split.ok ? split.argv : [line];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(file, [...args, path], { stdio: 'inherit', env: host.env });
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0)
    throw new RotaError('ROTA_COMMAND_FAILED', `The editor ${line} ended with status ${code}; nothing was changed.`);
}
