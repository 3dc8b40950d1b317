import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { configWithOwnPlugins, ownPluginGroups } from '../testing/own-plugins.ts';

// What the commands really answer is held against these where nix, jj and chezmoi are: on the machines of the plugins' own tests, and for `nix fleet` in
// `inventory.test.ts`.
test('every command of the plugins that come with Rota has a schema, which promises something and which `rota schema` prints', async () => {
  const { write, call } = cliWorkplace();
  write('jobs.config.mjs', configWithOwnPlugins());
  const groups = await ownPluginGroups();
  expect(groups.map(({ name }) => name)).toEqual(['chezmoi', 'nix']);
  for (const { name: group, commands } of groups) {
    for (const { name, output } of commands) {
      const printed = await call(['schema', group, name]);
      expect(printed.exitCode, printed.stdout + printed.stderr).toBe(0);
      expect(printed.json()).toEqual(output);
      // Strict: a keyword that is misspelt, or stands where it does nothing, is an error.
      const validate = new Ajv({ allowUnionTypes: true, strict: true, formats: { 'date-time': true } }).compile(output);
      for (const empty of [{}, { formatVersion: 1 }])
        expect(validate(empty), `${group} ${name}: ${JSON.stringify(empty)}`).toBe(false);
    }
  }
});
