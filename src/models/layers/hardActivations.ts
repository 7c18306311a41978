import { tensorOf, tf } from '../../tensorflow';

/** relu6(x + 3) / 6 (Howard et al. 2019, MobileNetV3). tfjs's own 'hardSigmoid' is another function: clip(0.2 x + 0.5). */
const hardSigmoid = (x: tf.Tensor): tf.Tensor => tf.relu6(x.add(3)).mul(1 / 6);

abstract class Activation extends tf.layers.Layer {
  protected abstract activate(x: tf.Tensor): tf.Tensor;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.activate(tensorOf(inputs)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}

/** A cheap approximation of the sigmoid: relu6(x + 3) / 6 (Howard et al. 2019, MobileNetV3). */
export class HardSigmoid extends Activation {
  static readonly className = 'HardSigmoid';

  protected activate(x: tf.Tensor): tf.Tensor {
    return hardSigmoid(x);
  }
}

/** A cheap approximation of swish: x relu6(x + 3) / 6 (Howard et al. 2019, MobileNetV3). */
export class HardSwish extends Activation {
  static readonly className = 'HardSwish';

  protected activate(x: tf.Tensor): tf.Tensor {
    return x.mul(hardSigmoid(x));
  }
}

tf.serialization.registerClass(HardSigmoid);
tf.serialization.registerClass(HardSwish);
