import { Script } from 'node:vm';
import { openCodeCache } from './launch/code-cache.ts';
import source from './main.ts?bundled';

/**
 * The runner as it ships: the text of `main.ts`, which Node would compile anew for every run. What V8 made of it in an earlier run is kept beside the
 * installed runner, and used as long as it is whole and of this very Node.
 */
const cache = openCodeCache(__filename);
const script = new Script(`(function (require, importModule, keepCompiled) {${source}\n})`, {
  filename: __filename,
  ...(cache.code === undefined ? {} : { cachedData: cache.code }),
});
script.runInThisContext()(
  require,
  // Only what Node has loaded as a module may import others without a warning.
  (specifier: string) => import(specifier),
  (parts: readonly string[]) => cache.keep(parts, () => script.createCachedData(), script.cachedDataRejected === true),
);
