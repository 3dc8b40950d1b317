/** The value of `--flag VALUE` or `--flag=VALUE` on a command line that is not parsed yet. */
export function givenOption(args: readonly string[], flag: string): string | undefined {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const at = own.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = own[at];
  if (word === undefined) return undefined;
  return word === flag ? own[at + 1] : word.slice(flag.length + 1);
}
