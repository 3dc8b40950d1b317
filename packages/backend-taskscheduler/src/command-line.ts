/**
 * One argument as the C runtime and `CommandLineToArgvW` read it back: quoted when it is empty or holds blanks or quotes, quotes escaped, and
 * backslashes doubled where they stand before a quote. A program that splits its own command line (cmd.exe, msiexec) reads other rules.
 *
 * Source: Microsoft, "Parsing C command-line arguments", and "Everyone quotes command line arguments the wrong way" (2011).
 */
export function quoteArgument(argument: string): string {
  return argument !== '' && !/[ \t\n\v"]/.test(argument) ? argument : quoteAlways(argument);
}

/** The same in quotes in any case, as cmd.exe has to see it, to which `&` and `^` mean something outside of them. */
export function quoteAlways(argument: string): string {
  const escaped = argument.replace(/(\\*)("|$)/g, (_, slashes: string, quote: string) => `${slashes}${slashes}${quote && '\\"'}`);
  return `"${escaped}"`;
}

/** Arguments as the text of one command line, without the program. */
export function commandLine(args: readonly string[]): string {
  return args.map(quoteArgument).join(' ');
}
