import * as v from 'valibot';
import { nameSchema, stringMapSchema, textSchema } from '../../job/schema/schema-parts.ts';

/** `host.yaml`: what a machine says of itself. */
export const hostFileSchema = v.pipe(
  v.strictObject({
    $schema: v.optional(v.string()),
    hostname: v.optional(
      v.pipe(textSchema, v.description('Name that declarations select this host by. Default: its own, short.')),
    ),
    tenants: v.optional(v.pipe(v.array(nameSchema), v.description('Take only the jobs of these tenants.'))),
    labels: v.optional(v.pipe(stringMapSchema, v.description('Labels that jobs can select.'))),
    role: v.optional(v.pipe(nameSchema, v.description('Chooses a layer of the config.'))),
    checkin: v.optional(
      v.pipe(
        v.union([textSchema, v.strictObject({ url: textSchema })], 'a URL, or {url: URL}'),
        v.description('Base URL of the monitoring service; check-ins go to URL/api/checkins.'),
      ),
    ),
    envFile: v.optional(
      v.pipe(textSchema, v.description('File of NAME=value lines for all jobs of this host; relative to this file.')),
    ),
  }),
  v.title('Rota host file'),
  v.description('What this machine is, for declarations that many machines share.'),
);
