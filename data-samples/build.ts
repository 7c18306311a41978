import { listConcepts } from './concepts';
import { drawSample } from './drawSample';
import { labelsCsv, licencesText } from './labels';
import type { Sample } from './sample';
import { Style, styleNames } from './styles';

/** Width and height in pixels: the input size of EfficientNet-Lite0 and of most other backbones. */
const size = 224;
const margin = 16;

/**
 * Draw the emoji sample: eight classes in five styles, some 1,100 PNG pictures of 224 x 224 on white, named
 * `<class>/<concept>__<style>.png`, with `labels.csv` (the group of a picture is its concept) and `LICENSES.md` next to the
 * class folders.
 *
 * @param folder folder to write
 * @param onProgress called after each picture
 */
export async function buildEmojiSamples(
  folder: string,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const list = () => {
    const drawings = listSamples();
    return { drawings, texts: { 'labels.csv': labelsCsv(drawings), 'LICENSES.md': licencesText(drawings) } };
  };
  await drawSample(folder, list, onProgress);
}

/** Every concept in every style that contains it. */
export function listSamples(): Sample[] {
  const styles = styleNames.map((name) => new Style(name));
  return listConcepts().flatMap((concept) =>
    styles.flatMap((style) => {
      const svg = style.svg(concept.name, size, margin);
      const file = `${concept.class}/${concept.name}__${style.name}.png`;
      return svg === undefined ? [] : [{ ...concept, style, file, svg }];
    }),
  );
}
