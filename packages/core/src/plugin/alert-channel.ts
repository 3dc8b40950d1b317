/** A way to tell people, which a job names as `alerts.channels: [{plugin: NAME, options}]`. */
export interface AlertChannelContribution {
  /** Unique within a config. */
  readonly name: string;
  /**
   * An ES module that exports `send` ({@link SendAlert}). The runner imports it when there is something to tell, and it knows no config: give
   * the file, as `new URL('./channel.js', import.meta.url)` or an absolute path. It has to be JavaScript.
   */
  readonly module: URL | string;
  /** For every job that names the channel; those of the job win. JSON; texts may hold references such as `${MATRIX_TOKEN}`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Options that hold a secret: a job that gives one as text, and not as a reference, is refused. */
  readonly secrets?: readonly string[];
}
