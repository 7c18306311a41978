import type { Concept } from './concepts';
import type { Style } from './styles';

/** One picture of the dataset. */
export interface Sample extends Concept {
  style: Style;
  /** `mammal/polar-bear__noto.png`, relative to the dataset's folder */
  file: string;
  svg: string;
}
