import { foresightCommands } from '../specs/foresight-commands.ts';
import { installCommands } from '../specs/install-commands.ts';
import { runCommands } from '../specs/run-commands.ts';
import { serviceCommands } from '../specs/service-commands.ts';
import { toolCommands } from '../specs/tool-commands.ts';
import { upkeepCommands } from '../specs/upkeep-commands.ts';
import type { CommandSpec } from './command.ts';

/** Every command, in the order of the help. */
export const commandSpecs: readonly CommandSpec[] = [
  ...installCommands,
  ...runCommands,
  ...foresightCommands,
  ...upkeepCommands,
  ...serviceCommands,
  ...toolCommands,
];
