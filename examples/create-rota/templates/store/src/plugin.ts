import { definePlugin } from '@rota/core';
import * as v from 'valibot';
import { openStore } from './store.ts';

const options = v.strictObject({ folder: v.pipe(v.string(), v.startsWith('/', 'an absolute path')) });

/** Adds the store: `stores: [{kind: plugin, plugin: __name__, options: {folder: /srv/bundles}}]`. */
export const __function__ = definePlugin({
  name: '__name__',
  apiVersion: 1,
  setup(api) {
    // It connects to nothing yet.
    api.addBundleStore('__name__', ({ options: given }) => openStore(v.parse(options, given).folder));
  },
});
