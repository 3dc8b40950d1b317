// What `targets.ts` loads, in one piece.
export { buildTargets } from '../../target/build-targets.ts';
export { checkHints } from '../../target/check-hints.ts';
export { deployTargets, markDeployed } from '../../target/deploy-targets.ts';
export { planTargets } from '../../target/plan-targets.ts';
export { readTargetRecords } from '../../target/target-records.ts';
