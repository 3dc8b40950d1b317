import { definePlugin, definePluginCommand } from '@rota/core';
import * as v from 'valibot';

/** The options that a config gives. */
const optionsSchema = v.strictObject({ greeting: v.optional(v.string(), 'hello') });

export const __function__ = definePlugin({
  name: '__name__',
  apiVersion: 1,
  options: optionsSchema,
  setup(api, { greeting }) {
    const greet = definePluginCommand({
      name: 'greet',
      summary: 'greet somebody',
      positionals: [{ name: 'who', summary: 'whom to greet', required: false }],
      options: { loud: { kind: 'flag', summary: 'in capitals' } },
      examples: ['rota __name__ greet Ada --loud'],
      output: { type: 'object', required: ['text'] },
      run({ args: [who = 'world'], options }) {
        const text = `${greeting}, ${who}`;
        return options.loud ? { data: { text: text.toUpperCase() }, text: text.toUpperCase() } : { data: { text }, text };
      },
    });
    api.addCommands({ name: '__name__', summary: 'what __name__ does', commands: [greet] });
    api.addJobs([
      { name: '__name__-daily', schedule: '0 7 * * *', timezone: 'local', ...api.rotaCommand(['__name__', 'greet']) },
    ]);
  },
});
