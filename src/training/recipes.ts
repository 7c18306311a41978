import { settingsTable } from './settings/table';
import type { TrainSettings } from './settings/types';
import { variantEntry } from './variants';

/** A setting that a recipe chooses, and why. */
export interface RecipeLine {
  /** The name of the setting. */
  setting: keyof TrainSettings;
  /** Its value. */
  value: number | string;
  /** The reason, as the end of a sentence. */
  because: string;
}

/** Fewer steps leave a head far from its optimum. */
const HEAD_STEPS = 200;
/** Epochs in which the backbone trains, and the steps that these should make at least, in at most so many epochs. */
const TUNING = { epochs: 12, steps: 40, most: 40 };

/**
 * The settings that the recipe of a training chooses, with the reasons. Settings that are given are not among them.
 *
 * The recipe `standard`, where layers of a pre-trained backbone train: the head first, so that large gradients of an untrained head do
 * not change what the backbone knows (Kumar et al. 2022, LP-FT); then a few epochs with AdamW (Loshchilov and Hutter 2019), one cycle
 * of the learning rate (Smith and Topin 2019) and lower rates for lower blocks (Howard and Ruder 2018); at the end the validation
 * pictures choose between the frozen and the fine-tuned weights, or a mean of both (Wortsman et al. 2022, WiSE-FT). Where only the
 * head trains, or weights are random, it chooses the number of epochs at most: twice as many for a head on augmented pictures.
 *
 * As with early stopping, the accuracy on the validation pictures is a little too high where they have chosen something: put test
 * pictures aside for a number to report (setting `test`).
 *
 * @param given the settings that are given
 * @param pictures number of training pictures. Default: so many that they do not matter
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * const lines = training.recipeLines({ variant: 'hybrid', epochs: 10 }, 120);
 * lines.map(({ setting }) => setting).includes('epochs'); // => false
 * lines.find(({ setting }) => setting === 'headEpochs')?.value; // => 5
 * ```
 */
export function recipeLines(given: Partial<TrainSettings>, pictures?: number): RecipeLine[] {
  const { variant = settingsTable.variant.default, recipe = settingsTable.recipe.default } = given;
  const { trains, implies } = variantEntry(variant);
  if (recipe === 'none') return [];
  if (given.head === 'logistic' && given.epochs === undefined) {
    return [{ setting: 'epochs', value: 1, because: 'logistic regression is computed at once' }];
  }
  const { batchSize = settingsTable.batchSize.default } = given;
  const steps = pictures === undefined ? HEAD_STEPS : Math.ceil(pictures / batchSize);
  const headEpochs = Math.max(settingsTable.epochs.default, Math.ceil(HEAD_STEPS / steps));
  const augmented = trains === 'head' && (given.augment ?? implies.augment ?? settingsTable.augment.default) !== 'none';
  const untrained = (given.weights ?? implies.weights) === 'random';
  const tuningEpochs = Math.min(TUNING.most, Math.max(TUNING.epochs, Math.ceil(TUNING.steps / steps)));
  const lines =
    trains === 'head' || untrained
      ? headLines(headEpochs, { pictures, augmented })
      : tuningLines(given, headEpochs, tuningEpochs);
  return lines.filter(({ setting }) => given[setting] === undefined);
}

function headLines(
  enough: number,
  { pictures, augmented }: { pictures: number | undefined; augmented: boolean },
): RecipeLine[] {
  const usual = settingsTable.epochs.default;
  const few = `${pictures} pictures make few steps an epoch, and a head needs some ${HEAD_STEPS}`;
  const views = 'every epoch shows other views of the pictures, and a head needs twice as long to fit them';
  if (augmented) return [{ setting: 'epochs', value: 2 * enough, because: views }];
  return enough === usual ? [] : [{ setting: 'epochs', value: enough, because: few }];
}

function tuningLines(given: Partial<TrainSettings>, enough: number, tuningEpochs: number): RecipeLine[] {
  const { epochs } = given;
  // of few epochs half are for the head; a single one is for all
  const headEpochs = given.headEpochs ?? Math.min(enough, Math.floor((epochs ?? Infinity) / 2));
  const first: RecipeLine[] =
    headEpochs > 0
      ? [
          {
            setting: 'interpolation',
            value: 'validation',
            because: 'the validation pictures say how much of the change to the backbone is worth keeping',
          },
        ]
      : [];
  return [
    { setting: 'epochs', value: headEpochs + tuningEpochs, because: `the backbone trains in ${tuningEpochs} of them` },
    {
      setting: 'headEpochs',
      value: headEpochs,
      because:
        headEpochs > 0
          ? 'the gradients of an untrained head would change what the backbone knows'
          : 'a single epoch is for all that trains',
    },
    { setting: 'blocks', value: 0, because: 'the last third of the blocks is the most specific to ImageNet' },
    { setting: 'backboneLearningRate', value: 0, because: 'it depends on what the pictures look like' },
    { setting: 'layerDecay', value: 0.8, because: 'lower blocks are more general, and change less' },
    { setting: 'optimizer', value: 'adamw', because: 'its weight decay does not depend on the gradients' },
    { setting: 'schedule', value: 'one-cycle', because: 'it ends with small steps, whatever the number of epochs' },
    { setting: 'augment', value: 'standard', because: 'more weights than pictures learn the pictures by heart' },
    ...first,
  ];
}

/** A recipe as a line for the reader: `recipe standard: 32 epochs ...`. */
export function describeRecipe(name: string, lines: readonly RecipeLine[]): string {
  return `recipe ${name}: ${lines.map(({ setting, value, because }) => `${setting} ${value} (${because})`).join('; ')}`;
}
