import { definePlugin } from '@rota/core';
import * as v from 'valibot';

/** Adds the alert channel `push`. A job names it: `alerts: {channels: [{plugin: push}]}`, with a topic of its own if it wants one. */
export const push = definePlugin({
  name: 'push',
  apiVersion: 1,
  options: v.strictObject({
    /** Where notices go unless a job says otherwise. */
    topic: v.pipe(v.string(), v.url()),
    /** A reference such as `${PUSH_TOKEN}`, resolved when an alert is sent. */
    token: v.optional(v.string()),
  }),
  setup(api, options) {
    api.addAlertChannel({ name: 'push', module: new URL('./push-channel.js', import.meta.url), options });
  },
});
