type Rgb = [red: number, green: number, blue: number];

/** The colour at fraction `part` of the way from one colour to another, each as `#rrggbb`. */
export function mix(from: string, to: string, part: number): string {
  const target = parse(to);
  const channels = parse(from).map((channel, i) => Math.round(channel + (target[i]! - channel) * part));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.1); small text needs at least 4.5. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever has more contrast on a background: at least 4.58 on any colour. */
export function textColorOn(background: string): string {
  return contrast(background, '#000000') > contrast(background, '#ffffff') ? '#000000' : '#ffffff';
}

function parse(color: string): Rgb {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16)) as Rgb;
}

function luminance(color: string): number {
  const [red, green, blue] = parse(color).map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
