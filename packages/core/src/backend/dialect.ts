/** Which kind and version of its scheduler a backend speaks to: `{ name: 'systemd', version: 252 }`, `{ name: 'cronie' }`. */
export interface Dialect {
  readonly name: string;
  readonly version?: number;
  /** systemd: whether the user's manager runs without a login, which decides what `boot` and `login` mean. Absent: not known. */
  readonly linger?: boolean;
}
