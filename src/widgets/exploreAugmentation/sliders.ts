import {
  type Augmentation,
  augmentation,
  colorJitter,
  gaussianBlur,
  gaussianNoise,
  horizontalFlip,
  hue,
  jpegArtefacts,
  perspective,
  randomErasing,
  rotation,
  shear,
  shift,
  verticalFlip,
  zoom,
} from '../../augment';

/** What the parts outside a moved picture are filled with. */
export const fills = ['reflect', 'nearest', 'constant', 'wrap'] as const;
export type Fill = (typeof fills)[number];

/** A slider of the widget; at 0 its operation is left out. */
export interface Slider {
  name: string;
  title: string;
  max: number;
  step: number;
  unit: string;
}

/** The sliders, in the order in which their operations are applied. */
export const sliders: readonly Slider[] = [
  { name: 'rotation', title: 'Rotation', max: 180, step: 1, unit: '°' },
  { name: 'shift', title: 'Shift', max: 0.5, step: 0.01, unit: 'of the side' },
  { name: 'zoom', title: 'Zoom', max: 0.8, step: 0.01, unit: '±' },
  { name: 'shear', title: 'Shear', max: 60, step: 1, unit: '°' },
  { name: 'perspective', title: 'Perspective', max: 0.95, step: 0.01, unit: '' },
  { name: 'horizontalFlip', title: 'Horizontal flip', max: 1, step: 0.05, unit: 'probability' },
  { name: 'verticalFlip', title: 'Vertical flip', max: 1, step: 0.05, unit: 'probability' },
  { name: 'brightness', title: 'Brightness', max: 0.9, step: 0.01, unit: '±' },
  { name: 'contrast', title: 'Contrast', max: 0.9, step: 0.01, unit: '±' },
  { name: 'saturation', title: 'Saturation', max: 1, step: 0.01, unit: '±' },
  { name: 'hue', title: 'Hue', max: 0.5, step: 0.01, unit: 'of the circle' },
  { name: 'blur', title: 'Blur', max: 8, step: 0.1, unit: 'pixels' },
  { name: 'noise', title: 'Noise', max: 80, step: 1, unit: 'of 255' },
  { name: 'jpeg', title: 'JPEG artefacts', max: 99, step: 1, unit: 'quality lost' },
  { name: 'erasing', title: 'Random erasing', max: 1, step: 0.05, unit: 'probability' },
];

/** The value of each slider, by its name. */
export type Values = Record<string, number>;

/** All sliders at 0. */
export const noValues = (): Values => Object.fromEntries(sliders.map(({ name }) => [name, 0]));

/** The values of `data`, which may come from anywhere: numbers in the range of each slider. */
export function checkedValues(data: unknown): Values {
  const given = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  return Object.fromEntries(
    sliders.map(({ name, max, step }) => {
      const value = Object.hasOwn(given, name) ? given[name] : 0;
      if (typeof value !== 'number' || !Number.isFinite(value)) return [name, 0];
      const steps = Math.round(Math.min(max, Math.max(0, value)) / step);
      return [name, Number((steps * step).toFixed(4))];
    }),
  );
}

/** The sliders of the presets, as near as sliders come to them. */
export const startingValues: Record<'none' | 'light' | 'standard' | 'strong', Values> = {
  none: {},
  light: { shift: 0.05, horizontalFlip: 0.5 },
  standard: {
    ...{ rotation: 15, shift: 0.1, zoom: 0.2, horizontalFlip: 0.5 },
    ...{ brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  },
  strong: {
    ...{ rotation: 30, shift: 0.15, zoom: 0.4, perspective: 0.3, horizontalFlip: 0.5 },
    ...{ brightness: 0.4, contrast: 0.4, saturation: 0.4, erasing: 0.25 },
  },
};

/** An operation: how it is written, and how it is made. */
interface Operation {
  code: string;
  make(): Augmentation;
}

function operations(values: Values, fill: Fill): Operation[] {
  const found: Operation[] = [];
  /** Add an operation, if its options are not all 0. */
  const add = <T extends object>(on: boolean, name: string, make: (options: T) => Augmentation, options: T) => {
    if (on) found.push({ code: `augment.${name}(${literal(options)})`, make: () => make(options) });
  };
  const of = (name: string) => values[name] ?? 0;
  add(of('rotation') > 0, 'rotation', rotation, { degrees: of('rotation'), fill });
  add(of('shift') > 0, 'shift', shift, { width: of('shift'), height: of('shift'), fill });
  add(of('zoom') > 0, 'zoom', zoom, { factor: of('zoom'), fill });
  add(of('shear') > 0, 'shear', shear, { degrees: of('shear'), fill });
  add(of('perspective') > 0, 'perspective', perspective, { distortion: of('perspective'), fill });
  for (const [name, make] of [
    ['horizontalFlip', horizontalFlip],
    ['verticalFlip', verticalFlip],
  ] as const) {
    add(of(name) > 0, name, make, { probability: of(name) });
  }
  const color = { brightness: of('brightness'), contrast: of('contrast'), saturation: of('saturation') };
  add(
    Object.values(color).some((value) => value > 0),
    'colorJitter',
    colorJitter,
    color,
  );
  add(of('hue') > 0, 'hue', hue, { turn: of('hue') });
  add(of('blur') > 0, 'gaussianBlur', gaussianBlur, { sigma: [0, of('blur')] as const });
  add(of('noise') > 0, 'gaussianNoise', gaussianNoise, { deviation: of('noise') });
  add(of('jpeg') > 0, 'jpegArtefacts', jpegArtefacts, { quality: [100 - of('jpeg'), 100] as const });
  add(of('erasing') > 0, 'randomErasing', randomErasing, { probability: of('erasing') });
  return found;
}

/** The pipeline of the sliders; undefined if all are at 0. */
export function pipelineOf(values: Values, fill: Fill): Augmentation | undefined {
  const found = operations(values, fill);
  return found.length === 0 ? undefined : augmentation(found.map(({ make }) => make()));
}

/** The pipeline of the sliders as code. */
export function codeOf(values: Values, fill: Fill): string {
  const found = operations(values, fill);
  if (found.length === 0) return '// no augmentation: move a slider';
  return [
    "import { augment, augmentation } from 'tunebook';",
    '',
    'const pipeline = augmentation([',
    ...found.map(({ code }) => `  ${code},`),
    ']);',
  ].join('\n');
}

/** An object as it is written in code, on one line. */
function literal(options: object): string {
  const parts = Object.entries(options).map(([key, value]) => `${key}: ${written(value)}`);
  return `{ ${parts.join(', ')} }`;
}

const written = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
};
