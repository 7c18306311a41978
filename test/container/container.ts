import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Image } from './image';
import { APART, inRoot, mountLines } from './layers';

/** An address of the container besides 127.0.0.1, to see that it answers to the outside. */
const OUTSIDE = '172.31.0.2';

/** A running container: the image with changes of its own, no network, and folders of this machine in the places of its volumes. */
export class Container {
  readonly log: string;
  readonly #folder: string;
  readonly #image: Image;
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;

  /** @param volumes folder of this machine for each of the image's volumes; a new one gets what the image has there */
  constructor(image: Image, volumes: Readonly<Record<string, string>>) {
    this.#image = image;
    mkdirSync(join(image.layers.place, 'containers'), { recursive: true });
    this.#folder = mkdtempSync(join(image.layers.place, 'containers', 'one-'));
    this.log = join(this.#folder, 'log.txt');
    const merged = join(this.#folder, 'merged');
    const mounts = image.volumes.map((path) => {
      const [from, inside] = [volumes[path]!, join(merged, path)];
      return `[ -d '${from}' ] || cp -a '${inside}' '${from}'\nmount --bind '${from}' '${inside}'`;
    });
    const network = `ip link set lo up && ip addr add ${OUTSIDE}/32 dev lo`;
    const start = inRoot(merged, image.command, image.state);
    const script = [mountLines(image.layers, this.#folder), ...mounts, network, `exec ${start}`].join('\n');
    this.#process = spawn('unshare', [...APART, '--net', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    const file = createWriteStream(this.log);
    this.#process.stdout!.pipe(file, { end: false });
    this.#process.stderr!.pipe(file, { end: false });
    this.#ended = new Promise((resolve) => this.#process.once('exit', resolve));
  }

  get text(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** The first process inside, by its number outside. */
  get #inside(): string | undefined {
    const { pid } = this.#process;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] || undefined;
  }

  /** Run a command in the container, as `docker exec` does. */
  execute(words: readonly string[]): { status: number | null; text: string } {
    const inside = this.#inside;
    if (!inside) return { status: null, text: 'the container has ended' };
    const call = inRoot(join(this.#folder, 'merged'), words, this.#image.state);
    const enter = ['-t', inside, '--mount', '--pid', '--net', 'sh', '-c', call];
    const { status, stdout, stderr } = spawnSync('nsenter', enter, { encoding: 'utf8', maxBuffer: 1e8 });
    return { status, text: stdout + stderr };
  }

  /** Wait until the health check succeeds. @returns seconds */
  async healthy(limit = 300): Promise<number> {
    const begin = performance.now();
    const seconds = () => (performance.now() - begin) / 1000;
    while (this.execute(this.#image.health!).status !== 0) {
      if (this.#process.exitCode !== null) throw new Error(`the container has ended:\n${this.text}`);
      if (seconds() > limit) throw new Error(`the health check did not succeed within ${limit} s:\n${this.text}`);
      await wait(500);
    }
    return seconds();
  }

  /** Wait until it has printed something: JupyterLab answers a moment before its address is printed. @returns what was found */
  async printed(wanted: RegExp, limit = 60): Promise<RegExpExecArray> {
    for (const begin = performance.now(); performance.now() - begin < limit * 1000; await wait(200)) {
      const found = wanted.exec(this.text);
      if (found) return found;
    }
    throw new Error(`the container did not print ${wanted} within ${limit} s:\n${this.text}`);
  }

  /** The answer of a page, asked for from outside. */
  fetch(path: string): { status: number | null; text: string } {
    const script = `fetch('http://${OUTSIDE}:${this.#image.ports[0]}${path}').then(async (answer) => {
      process.stdout.write(await answer.text());
      process.exit(answer.ok ? 0 : 1);
    })`;
    return this.execute(['node', '-e', script]);
  }

  /** End it as `docker stop` does. @returns the exit code */
  async stop(): Promise<number | null> {
    spawnSync('kill', ['-TERM', this.#inside ?? String(this.#process.pid)]);
    const code = await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }
}
