import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { contextFiles, copiedFiles, hashOfFiles, withoutDot } from './context';
import { debianRoot } from './debianRoot';
import { commandWords, fillIn, type Instruction, instructionsOf, parseDockerfile, type State } from './dockerfile';
import { addLayer, inRoot, type Layers } from './layers';

/** What `docker build` would have made. */
export interface Image {
  layers: Layers;
  state: State;
  /** What the container runs. */
  command: string[];
  health?: string[];
  volumes: string[];
  ports: number[];
}

export interface BuildOptions {
  /** Folder with the Dockerfile and .dockerignore. */
  context: string;
  /** Folder for the base, the layers and what is downloaded; it can be removed afterwards. */
  place: string;
  stage?: string;
  buildArguments?: Record<string, string>;
  say?: (line: string) => void;
}

/** The pairs of ENV: `NAME=value`, perhaps several, perhaps with quotation marks. */
function pairs(text: string): [string, string][] {
  return [...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)].map(([, name = '', quoted, plain = '']) => [
    name,
    quoted ?? plain,
  ]);
}

/** The user that an instruction names, and its group; they have the same name in this image. */
const owner = (chown = 'root') => chown.split(':')[0]!;

/** COPY: a folder means what is in it; several sources, or a target that ends in a slash, mean that the target is a folder. */
function copy(layers: Layers, state: State, { options, text }: Instruction, context: string) {
  const words = fillIn(text, state).split(' ');
  const target = words.pop()!;
  const all = contextFiles(context);
  const intoFolder = words.length > 1 || /(^|\/)\.?$/.test(target);
  const sources = words.map((source) => ({ source, files: copiedFiles(all, source) }));
  const hash = hashOfFiles(
    context,
    sources.flatMap(({ files }) => files),
  );
  return addLayer(layers, `COPY ${text} ${state.folder} ${options.chown} ${hash}`, (root) => {
    const lines = sources.map(({ source, files }, i) => {
      const list = join(layers.place, `copy-${i}.txt`);
      writeFileSync(list, files.join('\n'));
      const isFile = files.length === 1 && files[0] === withoutDot(source);
      const inner = withoutDot(source);
      const place = join(root, target.startsWith('/') ? target : join(state.folder, target));
      const to = isFile && !intoFolder ? join(place, '..') : place;
      const rename = isFile
        ? `s,.*,${intoFolder ? basename(source) : basename(target)},`
        : `s,^${inner && `${inner}/`},,`;
      const who = owner(options.chown);
      return `
        chown=$(chroot ${root} id -u ${who}):$(chroot ${root} id -g ${who})
        [ -d '${to}' ] || install -d -o "\${chown%:*}" -g "\${chown#*:}" '${to}'
        tar -C '${context}' -cf - --owner=":\${chown%:*}" --group=":\${chown#*:}" --transform='${rename}' -T '${list}' | tar -C '${to}' --numeric-owner -xpf -
      `;
    });
    return lines.join('\n');
  });
}

/**
 * Carry out a Dockerfile in a root of its own. Results of RUN and COPY are kept as Docker keeps them, by the instructions before them and the
 * files that they read.
 *
 * @throws {Error} for an instruction that fails, or that is not understood
 */
export function buildImage({ context, place, stage, buildArguments = {}, say = () => {} }: BuildOptions): Image {
  const [from, ...instructions] = instructionsOf(
    parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8')),
    stage,
  );
  let layers: Layers = { place, base: debianRoot(from!.text, place), changes: [], key: from!.text };
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const state: State = { env: { PATH: path }, args: {}, user: 'root', folder: '/' };
  const image: Omit<Image, 'layers'> = { state, command: ['node'], volumes: [], ports: [] };
  for (const instruction of instructions) {
    const { name, text } = instruction;
    const begin = performance.now();
    const note = (made: boolean) => {
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      say(`${made ? `${seconds} s`.padStart(9) : '     kept'}  ${name} ${text.slice(0, 100)}`);
    };
    if (name === 'ARG') {
      const [key = '', value = ''] = text.split('=');
      state.args[key] = buildArguments[key] ?? value;
    } else if (name === 'ENV') {
      for (const [key, value] of pairs(text)) state.env[key] = fillIn(value, state);
    } else if (name === 'USER') state.user = fillIn(text, state);
    else if (name === 'WORKDIR') {
      state.folder = fillIn(text, state);
      layers = addLayer(layers, `WORKDIR ${state.folder}`, (root) => `mkdir -p '${join(root, state.folder)}'`).layers;
    } else if (name === 'COPY') {
      const added = copy(layers, state, instruction, context);
      layers = added.layers;
      note(added.made);
    } else if (name === 'RUN') {
      const what = `RUN ${text} ${JSON.stringify(state)}`;
      const env = { ...state, env: { ...state.args, ...state.env } };
      const added = addLayer(layers, what, (root) => inRoot(root, commandWords(text), env));
      layers = added.layers;
      note(added.made);
    } else if (name === 'VOLUME') image.volumes.push(fillIn(text, state));
    else if (name === 'EXPOSE') image.ports.push(Number(text));
    else if (name === 'HEALTHCHECK') image.health = commandWords(text.replace(/^CMD /, ''));
    else if (name === 'CMD') image.command = commandWords(text);
    else throw new Error(`${name} is not understood`);
  }
  return { ...image, layers };
}
