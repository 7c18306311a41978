import { openDataset } from '../../src/data/public';
import type { StudyConfiguration } from '../../src/study';
import { checkConfiguration } from '../../src/study/configuration';
import { planStudy, type RunTask } from '../../src/study/plan';

/** The runs of a study, in the form that workers receive. */
export async function plannedTasks(configuration: StudyConfiguration): Promise<RunTask[]> {
  return planStudy(checkConfiguration(configuration), await openDataset(configuration.data)).tasks;
}
