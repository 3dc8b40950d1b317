/**
 * The last lines of a command file: starts a program, named with `!VARIABLE!`, with the arguments of the file and hands its exit status on. All of it is in one
 * line, because cmd.exe reads the next one only when the program has ended, and by then an apply may have written another file in this place. The status
 * is written out: after a plain `exit /b`, cmd.exe `/c` may answer 0. A value in `!...!` is not read again, whatever characters it has.
 */
export function runToTheEnd(program: string): readonly string[] {
  return ['set rota_arguments=%*', 'setlocal EnableDelayedExpansion', `${program} !rota_arguments! & exit /b !errorlevel!`];
}
