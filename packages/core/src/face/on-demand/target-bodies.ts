// What `targets.ts` loads, in one piece.
export { buildTargets } from '../../target/build/build-targets.ts';
export { checkHints } from '../../target/build/check-hints.ts';
export { deployTargets, markDeployed } from '../../target/deploy/deploy-targets.ts';
export { planTargets } from '../../target/plan/plan-targets.ts';
export { readTargetRecords } from '../../target/target-records.ts';
