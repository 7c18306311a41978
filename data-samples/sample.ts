import type { Concept } from './concepts';
import type { Drawing } from './drawSample';
import type { Style } from './styles';

/** One emoji of the sample. */
export interface Sample extends Concept, Drawing {
  style: Style;
}
