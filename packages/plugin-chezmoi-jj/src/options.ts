import * as v from 'valibot';

// A command line without a shell: program and arguments. */
const command = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1));
const path = v.pipe(v.string(), v.regex(/^(~?\/)./, 'an absolute path, or one that begins with ~/'));
const plain = v.union([v.string(), v.number(), v.boolean()]);

/** A room of Matrix. Texts may hold references. */
const matrix = v.strictObject({
  homeserver: v.pipe(v.string(), v.regex(/^(https?:\/\/|\$\{)/, 'the address of a home server: https://matrix.example.org')),
  room: v.pipe(v.string(), v.regex(/^(!|\$\{)/, 'the id of a room, which begins with an exclamation mark')),
  token: v.pipe(v.string(), v.regex(/\$\{/, 'a reference such as ${MATRIX_TOKEN}; the access token itself does not belong here')),
});
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3600));

const fields = v.strictObject({
  // Nothing is contributed while this is false. @default false
  enable: v.optional(v.boolean(), false),
  // Where the dotfiles are published. Needed unless the chezmoi folder has a remote `origin`.
  repoUrl: v.optional(v.pipe(v.string(), v.nonEmpty(), v.regex(/^[^-]/, 'a repository does not begin with a hyphen'))),
  // The shared branch. @default the branch of origin's HEAD, else `main`
  branch: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, 'not the name of a branch'))),
  // Part of the name of this host's bookmark. @default the host name
  hostId: v.optional(v.pipe(v.string(), v.nonEmpty())),
  // Synchronise before `plugin-nix-update` updates; never fails the update. @default true
  syncBeforeUpdate: v.optional(v.boolean(), true),
  // Take edits of dotfiles into the repository. @default true
  autoCommit: v.optional(v.boolean(), true),
  // Publish what was taken. @default true
  autoPush: v.optional(v.boolean(), true),
  // Which new files of the source folder are taken: what chezmoi manages, all, or none. @default 'managed'
  trackNewFiles: v.optional(v.picklist(['managed', 'all', 'none']), 'managed'),
  // Let `chezmoi apply` run scripts and fetch externals that came from another host. @default false
  allowScripts: v.optional(v.boolean(), false),
  // A dotfile that is deleted here is deleted elsewhere, after a copy was made. @default false
  propagateDeletes: v.optional(v.boolean(), false),
  // How often a lost race for the remote, or a busy chezmoi, is tried again. @default 5
  retries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)), 5),
  // Seconds that one call of jj, git or chezmoi may take. @default 60
  timeout: v.optional(seconds, 60),
  // How many backups are kept. @default 20
  keepBackups: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 20),
  // When the job runs, on the machine's own clock. @default every 15 minutes
  schedule: v.optional(v.pipe(v.string(), v.nonEmpty()), '*/15 * * * *'),
  // The subject of a commit; `{host}`, `{time}` and `{files}` are filled in. @default 'sync({host}): {files} files'
  commitMessage: v.optional(v.pipe(v.string(), v.nonEmpty()), 'sync({host}): {files} files'),
  // A copy of the status for other programs. Absolute, or `~/...`.
  statusFile: v.optional(path),
  // The private key that ssh uses for the remote. Absolute, or `~/...`.
  sshKey: v.optional(path),
  // Paths below the home folder that the secret scan lets pass, such as `.config/example.conf`. @default []
  allowSecrets: v.optional(v.array(v.pipe(v.string(), v.nonEmpty())), []),
  // Who is told when a person is needed, and when no longer: the channels of the job, as in `spec.alerts`, and a room of Matrix.
  alerts: v.optional(
    v.strictObject({
      webhook: v.optional(v.union([v.string(), v.array(v.string())])),
      command: v.optional(v.union([v.string(), command])),
      desktop: v.optional(v.boolean()),
      matrix: v.optional(matrix),
      channels: v.optional(v.array(v.strictObject({ plugin: v.string(), options: v.optional(v.record(v.string(), plain)) }))),
    }),
  ),
  // A command that is told when the state changes; it gets the status as JSON on its input, and ROTA_DOTFILES_STATE. When the
  // sync could not even begin, the runner calls it, as it calls an alert command: ROTA_ALERT_TEXT says what there is in both cases.
  notify: v.optional(command),
  // As root: whose dotfiles are synchronised, each under their own account. @default the own ones
  users: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]*[$]?$/, 'not the name of a user'))), v.minLength(1)),
  ),
});

/** The options of the plugin, with their defaults. */
export const dotfileOptions = v.pipe(
  fields,
  v.forward(
    v.check(
      ({ users = [], statusFile = '~/' }) => users.length < 2 || statusFile.startsWith('~/'),
      'every one of the users would write it; begin it with ~/',
    ),
    ['statusFile'],
  ),
);

/** What a config may say. */
export type DotfileOptionsInput = v.InferInput<typeof dotfileOptions>;

/** The options with their defaults filled in. */
export type DotfileOptions = v.InferOutput<typeof dotfileOptions>;
