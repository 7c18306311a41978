import { type Command, Option } from 'commander';
import { precisions } from '../tensorflow/graph';
import { defaultSettings, heads, scheduleNames, weightSources } from '../training';
import { optimizerNames } from '../training/optimizers';
import { numberOption } from './options';

/** The options of `tunebook train` that say how to optimize, to regularize and to fine-tune. */
export function addTrainingOptions(command: Command): Command {
  const d = defaultSettings;
  const number = numberOption({ min: 0 });
  const whole = numberOption({ min: 1, integer: true });
  const choice = (flag: string, text: string, choices: readonly string[], value: string) =>
    new Option(flag, text).choices(choices).default(value);
  return command
    .addOption(choice('--weights <kind>', 'what the backbone starts with', weightSources, d.weights))
    .option(
      '--input-size <pixels>',
      'side of the pictures; 0: what the weights were trained at',
      numberOption({ min: 0, integer: true }),
      d.inputSize,
    )
    .addOption(choice('--head <kind>', 'what is put on the backbone', heads, d.head))
    .option('--l2 <factor>', "penalty on the dense head's hidden kernel", number, d.l2)
    .addOption(choice('--optimizer <name>', 'how weights follow their gradients', optimizerNames, d.optimizer))
    .option('--weight-decay <part>', 'of adamw', number, d.weightDecay)
    .addOption(choice('--schedule <name>', 'how the learning rates move', scheduleNames, d.schedule))
    .option('--warm-up <epochs>', 'in which the learning rates rise from 0', number, d.warmUp)
    .option(
      '--label-smoothing <part>',
      'of each label given to all classes',
      numberOption({ min: 0, max: 0.99 }),
      d.labelSmoothing,
    )
    .addOption(choice('--class-weights <kind>', 'in the training loss', ['none', 'balanced'], d.classWeights))
    .option('--clip <norm>', 'bound on the norm of all gradients; 0: none', number, d.clip)
    .option(
      '--averaging <momentum>',
      'of a moving average of the weights; 0: none',
      numberOption({ min: 0, max: 0.9999 }),
      d.averaging,
    )
    .option(
      '--patience <epochs>',
      'without a lower validation loss before training ends; 0: train all',
      number,
      d.patience,
    )
    .option('--blocks <n>', 'blocks of the backbone that hybrid and two-phase train', whole, d.blocks)
    .option('--backbone-learning-rate <rate>', "of the backbone's highest block", number, d.backboneLearningRate)
    .option(
      '--layer-decay <part>',
      'each block below trains at this part of the rate above',
      numberOption({ min: 0, max: 1 }),
      d.layerDecay,
    )
    .addOption(choice('--precision <name>', 'what frozen layers are computed in', precisions, d.precision))
    .addOption(
      choice('--batch-normalization <mode>', 'of unfrozen blocks', ['inference', 'training'], d.batchNormalization),
    )
    .option('--head-epochs <n>', 'of two-phase, in which only the head trains', whole, d.headEpochs)
    .option('--stages <n>', 'in how many steps two-phase unfreezes its blocks', whole, d.stages);
}
