import { existsSync, readFileSync } from 'node:fs';
import { readCommandFile } from '../launch/install-command.ts';

/**
 * On Windows the jobs of Rota itself name `<state>\\bin\\rota.cmd`, which Node refuses to start and to whose arguments cmd.exe would do what it does to `%`: the
 * Node and the script that the file names are started instead, or with this Node when that one is gone. Any other command stays as it is.
 */
export function ownCommand(command: readonly string[]): readonly string[] {
  const [file = '', ...args] = command;
  const place = /[\\/]rota\.cmd$/i.test(file) ? readCommandFile(textOf(file)) : undefined;
  if (place === undefined) return command;
  return [existsSync(place.node) ? place.node : process.execPath, place.script, ...args];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
