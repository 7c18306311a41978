// Which files of the packages in the archive are needed (see archive.mjs). Most contain the same program several times, for browsers
// and for bundlers, and its sources: two thirds of all files, and three quarters of the bytes.

/** Names of licences and notices. */
const LEGAL = /(^|\/)([\w.-]*licen[cs]e|copying|notice|copyright|third-?party|authors|patents)[\w.-]*$/i;

/** Of no use in any package: source maps, sources of what was compiled, texts for readers, settings of development tools. */
const NEVER =
  /\.(map|md|markdown|flow|tsbuildinfo|html|yml|yaml)$|(?<!\.d)\.[cm]?tsx?$|(^|\/)(tsconfig[\w.-]*\.json|\w+\.config\.[cm]?js|\.[^/]+)$|(^|\/)(__tests__|man)\//;

/** TensorFlow.js: one file for Node, and its types. */
const TFJS = /^dist\/(tf-[\w-]+\.node\.js|.+\.d\.ts)$/;

/**
 * What to keep of the packages for which `NEVER` is not enough, besides package.json and licences; the first line that has the package's name
 * counts.
 *
 * @type {readonly (readonly [name: RegExp, files: RegExp])[]}
 */
const NEEDED = [
  [/^@cornerstonejs\/codec-charls$/, /^dist\/charlswasm_decode\./],
  [/^@cornerstonejs\/codec-openjpeg$/, /^dist\/openjpegwasm_decode\./],
  [/^@tensorflow\/tfjs-/, TFJS],
  [/^@uwdata\/flechette$/, /^(dist\/(types\/|flechette\.[cm]js$))/],
  [/^arquero$/, /^(src|dist\/types)\//],
  [/^bullmq$/, /^dist\/(cjs\/|esm\/.+\.d\.ts$)/],
  // what zeromq loads its library with
  [/^cmake-ts$/, /^build\/loader\.js$/],
  [/^dicom-parser$/, /^dist\/dicomParser\.min\.js$/],
  [/^geotiff$/, /^dist-(node|module)\//],
  [/^h5wasm$/, /^(dist\/(node|esm)|src)\//],
  [/^libheif-js$/, /^(wasm-bundle\.js$|libheif-wasm\/libheif-bundle\.js$)/],
  [/^luxon$/, /^build\/node\//],
  [/^msgpackr$/, /^(dist\/node\.cjs$|.+\.d\.c?ts$)/],
  [/^pako$/, /^(index\.js$|lib\/|dist\/pako\.esm\.mjs$)/],
  // not what it is compiled from
  [/^sharp$/, /^dist\//],
  [/^tar$/, /^dist\/commonjs\/(.+\.d\.ts$|index\.min\.js$|package\.json$)/],
  // the compiler's interface and the types of JavaScript; not the programs, nor translations of messages
  [/^typescript-for-cells$/, /^lib\/(typescript\.js|.+\.d\.ts)$/],
  [/^umap-js$/, /^dist\//],
  // for Node, and for the browsers of those who read what `tunebook site` writes
  [/^vega$/, /^(build\/vega(-node|\.min)\.js$|index\.d\.ts$)/],
  [/^vega-lite$/, /^build\/(vega-lite\.js|src\/.+\.d\.ts)$/],
  [/^vega-typings$/, /\.d\.ts$/],
  // the compiled file for Node's `require`, and types; not the one for browsers
  [/^vega-/, /^(build\/[\w-]+(\.node)?\.js|(.+\/)?[\w-]+\.d\.ts)$/],
  // one file for browsers, which nothing loads
  [/^d3-/, /^(src|locale)\/|(?<!\.min)\.mjs$/],
  // its library for the platforms of lib/platform.mjs; the number is that of the oldest Node's interface
  [/^zeromq$/, /^(lib\/(?!ts3)|build\/(manifest\.json$|linux\/.+\/glibc-1\d\d-|darwin\/arm64\/))/],
  [/^zstddec$/, /^dist\/zstddec(-stream)?\.(cjs|modern\.js|d\.ts)$/],
];

/** Whether a file is a licence or a notice, which is always kept. @param {string} file */
export const isLegal = (file) => LEGAL.test(file);

/**
 * Whether a file of a package is needed.
 *
 * @param {string} name the package, as it is required
 * @param {string} file its path inside the package
 */
export function isNeeded(name, file) {
  if (file === 'package.json' || isLegal(file)) return true;
  const needed = NEEDED.find(([names]) => names.test(name))?.[1];
  return !NEVER.test(file) && (needed?.test(file) ?? true);
}

/**
 * Dependencies that a package names and tunebook's use of it never loads. tslab: its own compiler and what runs it, instead of which
 * kernel-setup/kernel/ compiles; vega-lite: its command line; zeromq: the headers to build it; others: types of a Node that may not be the
 * project's.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const unusedDependencies = {
  '@types/node-fetch': ['@types/node'],
  tslab: [
    ...['@rollup/plugin-commonjs', '@rollup/plugin-node-resolve', '@rollup/plugin-replace', 'rollup'],
    ...['@tslab/typescript-for-tslab', '@types/node', 'commander', 'semver'],
  ],
  'vega-lite': ['yargs'],
  zeromq: ['node-addon-api'],
};
