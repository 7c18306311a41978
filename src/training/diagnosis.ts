/** A loss is no number any more: what happened, and what to do. */
export function explainDivergence(loss: number, epoch: number, rate: number): string {
  return `the loss became ${loss} in epoch ${epoch}: use a learning rate below ${rate}, or clip the gradients (clipping: { globalNorm: 1 })`;
}

/**
 * A model that knows nothing gives each class the same probability, which costs log(classes). One that is worse after
 * a whole epoch or more is not learning; say why that may be.
 *
 * @param loss mean cross-entropy over the second half of an epoch, without penalties
 * @returns undefined if there is nothing to say
 */
export function explainHighLoss(loss: number, classes: number, rate: number): string | undefined {
  const chance = Math.log(classes);
  if (!(loss > chance)) return undefined;
  return (
    `the loss of ${loss.toFixed(3)} is above log(${classes}) = ${chance.toFixed(3)}, what guessing costs: ` +
    `the learning rate of ${rate} is too high, the pictures are not preprocessed as the weights expect, or the labels are wrong`
  );
}
