import { UserError } from '../../core/errors';
import { spaceOf } from '../axes';
import type { Configuration } from '../axisValue';
import { type CheckedConfiguration, checkTraining, settingsOf } from '../configuration';
import { type Plan, withConfiguration } from '../plan';
import type { RunRecord } from '../runRecord';
import { observationsOf } from './observations';
import { suggest } from './suggest';

/**
 * Add the configuration to a plan that the design tpe chooses next by the runs that have ended. It depends on nothing else, so that a
 * study that is interrupted between two runs continues with the same one.
 */
export function withNext(study: CheckedConfiguration, plan: Plan, records: ReadonlyMap<string, RunRecord>): Plan {
  const space = spaceOf(study.axes, study.design);
  const accepts = (one: Configuration) => isAccepted(study, one);
  const next = suggest(space, observationsOf(plan, records), { seed: study.designSeed, accepts });
  return next ? withConfiguration(study, plan, next) : { ...plan, toChoose: 0 }; // no other is possible
}

/** Whether a training can have the settings: some exclude each other, such as 10 epochs of the head in 5 epochs. */
function isAccepted(study: CheckedConfiguration, configuration: Configuration): boolean {
  try {
    checkTraining(settingsOf(study, configuration));
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}
