import type { Exercise } from '../exercise';
import { clean } from './clean';
import { ablation, augment, chooseAModel, regularize } from './comparisons';
import { monitor, ownPhotos, quickStart } from './ownRun';
import { freeze, learningRate, variants } from './transfer';

/** The exercises that can be checked, by chapter, in the order of their numbers. */
export const exercises: Readonly<Record<string, readonly Exercise[]>> = {
  '00-quick-start': quickStart,
  '01-choose-a-model': chooseAModel,
  '02-freeze-and-train-the-top': freeze,
  '03-augment': augment,
  '04-regularize': regularize,
  '05-learning-rate': learningRate,
  '06-monitor': monitor,
  '07-transfer-variants': variants,
  '08-your-own-photos': ownPhotos,
  '09-ablation-study': ablation,
  '10-clean-your-pictures': clean,
};
