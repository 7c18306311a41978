import { readFileSync } from 'node:fs';

/** The source of a style, as described in its package. */
export interface Origin {
  title: string;
  author: string;
  source: string;
  /** SPDX identifier */
  licence: string;
  licenceUrl: string;
  package: string;
  version: string;
}

interface Icon {
  body: string;
  left?: number;
  top?: number;
  width?: number;
  height?: number;
}

interface IconSet {
  icons: Record<string, Icon>;
  aliases?: Record<string, { parent: string }>;
  width?: number;
  height?: number;
}

/** Five ways to draw the same things: the icon sets in the packages `@iconify-json/...`. */
export const styleNames = ['noto', 'twemoji', 'fluent-emoji-flat', 'openmoji', 'emojione'] as const;
export type StyleName = (typeof styleNames)[number];

/** One way to draw emoji. */
export class Style {
  readonly name: StyleName;
  readonly origin: Origin;
  readonly #set: IconSet;

  constructor(name: StyleName) {
    const read = (file: string) => JSON.parse(readFileSync(require.resolve(`@iconify-json/${name}/${file}`), 'utf8'));
    const { name: title, author, license } = read('info.json');
    const { version } = read('package.json');
    this.name = name;
    this.#set = read('icons.json');
    this.origin = {
      title,
      author: author.name,
      source: author.url,
      licence: license.spdx,
      licenceUrl: license.url,
      package: `@iconify-json/${name}`,
      version,
    };
  }

  /**
   * A concept as a square SVG with a margin on all sides, or `undefined` if this style does not contain it.
   *
   * @param concept its name, or the name that it had in an earlier version of Unicode
   * @param size width and height in pixels
   * @param margin of these on each side
   */
  svg(concept: string, size: number, margin: number): string | undefined {
    const icon = this.#find(concept);
    if (icon === undefined) return undefined;
    const { icons: _, aliases: __, ...defaults } = this.#set;
    const { body, left = 0, top = 0, width = 16, height = 16 } = { ...defaults, ...icon };
    const side = Math.max(width, height);
    const whole = (side * size) / (size - 2 * margin);
    const box = [left - (whole - width) / 2, top - (whole - height) / 2, whole, whole].join(' ');
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `viewBox="${box}" width="${size}" height="${size}">${body}</svg>`
    );
  }

  /** Aliases that also rotate or mirror their icon are not followed, because they are other pictures. */
  #find(name: string): Icon | undefined {
    const icon = this.#set.icons[name];
    const alias = this.#set.aliases?.[name];
    if (icon || alias === undefined) return icon;
    return Object.keys(alias).length === 1 ? this.#find(alias.parent) : undefined;
  }
}
