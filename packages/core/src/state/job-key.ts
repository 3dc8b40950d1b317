/** A job by name: `tenant` and `name` together are unique within a namespace. State is kept under it. */
export interface JobKey {
  readonly tenant: string;
  readonly name: string;
}
