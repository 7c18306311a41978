import { variedAxes } from '../charts/studyRow';
import { UserError } from '../core/errors';
import { type Importance, importance, importanceCells, importanceWords, type StudyResult } from '../study';
import type { Section } from './figures';

/** The importance of the axes of a study, if it has several and enough results; a list of one, or empty. */
export function importanceOf(result: StudyResult): Importance[] {
  if (variedAxes(result.rows).length < 2) return [];
  try {
    return [importance(result)];
  } catch (error) {
    if (error instanceof UserError) return []; // too few results, or axes that cannot be read
    throw error;
  }
}

/** The table of importance as a section of a page. */
export function importanceSections(result: StudyResult): (Section & { figures: []; pictures: [] })[] {
  return importanceOf(result).map((found) => {
    const [header, ...rows] = importanceCells(found);
    const table = { header: header!, rows, numbers: [false, true, true] };
    return { heading: 'Importance of the axes', words: importanceWords(found), table, figures: [], pictures: [] };
  });
}
