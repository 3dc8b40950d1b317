import { definePlugin } from '@rota/core';
import * as v from 'valibot';
import { gitStore } from './git-store.ts';

const options = v.strictObject({ repository: v.pipe(v.string(), v.startsWith('/')) });

/** Adds the kind of store `git`: `stores: [{kind: plugin, plugin: git, options: {repository: /srv/bundles.git}}]`. */
export const gitStores = definePlugin({
  name: 'git-stores',
  apiVersion: 1,
  setup(api) {
    api.addBundleStore('git', ({ host, options: given }) => gitStore(host, v.parse(options, given).repository));
  },
});
