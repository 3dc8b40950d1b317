export { __function__ } from './backend.ts';
