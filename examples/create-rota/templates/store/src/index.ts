export { __function__ } from './plugin.ts';
