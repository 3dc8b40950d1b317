import type { Alerts } from '../../job/job.ts';

/** What an alert tells. Holds no secret: `output` is a masked tail. */
export interface AlertMessage {
  readonly event: Alerts['on'][number];
  readonly tenant: string;
  readonly job_name: string;
  readonly host: string;
  readonly run_id: string | null;
  readonly status: string | null;
  readonly exit_code: number | null;
  readonly scheduled_at: string | null;
  /** One sentence for a person. */
  readonly text: string;
  readonly output: string;
  /** The annotations `docs`, `owner`, `oncall`. */
  readonly about: Readonly<Record<string, string>>;
}
