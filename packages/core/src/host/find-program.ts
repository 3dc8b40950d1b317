import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Where a job looks for programs. */
export interface ProgramPlaces {
  /** Its `PATH`. */
  readonly path: string;
  /** Its working folder, from which a relative path counts. */
  readonly folder: string;
  readonly platform: string;
}

/** Whether the user who asks can execute that program there. Always true on Windows: what its command processor would find is not known here. */
export function programExists(program: string, { path, folder, platform }: ProgramPlaces): boolean {
  if (platform === 'win32') return true;
  if (program.includes('/')) return isExecutable(resolve(folder, program));
  return path.split(delimiter).some((place) => place !== '' && isExecutable(join(place, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
