/** Explains a loss that is not a finite number, and what to do. */
export function explainDivergence(loss: number, epoch: number, rate: number): string {
  return `the loss became ${loss} in epoch ${epoch}: use a learning rate below ${rate}, or clip the gradients (clipping: { globalNorm: 1 })`;
}

/**
 * Explains a loss that is still higher than that of guessing, log(classes), after the first epochs: the model does not learn.
 *
 * @param loss mean cross-entropy over the second half of an epoch, without penalties
 * @returns undefined if the loss is not that high
 */
export function explainHighLoss(loss: number, classes: number, rate: number): string | undefined {
  const chance = Math.log(classes);
  if (!(loss > chance)) return undefined;
  return (
    `the loss of ${loss.toFixed(3)} is above log(${classes}) = ${chance.toFixed(3)}, the loss of guessing: ` +
    `the learning rate of ${rate} is too high, the pictures are not preprocessed as the weights expect, or the labels are wrong`
  );
}
