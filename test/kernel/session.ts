import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { jupyterEnvironment } from '../../src/cli/python';
import { cacheFolder, projectFolder } from '../../src/core/paths';

type Content = Record<string, unknown>;

/** A message of the kernel. */
export interface Message {
  channel: 'iopub' | 'shell' | 'control';
  type: string;
  /** id of the request that it answers */
  parent?: string;
  content: Content;
  metadata: Content;
  /** binary data, in base64 */
  buffers: string[];
}

/** What a request may have beside its content. */
export interface Extras {
  metadata?: Content;
  buffers?: readonly Uint8Array[];
}

/** The result of a cell. */
export interface Outcome {
  /** content of the execute_reply */
  reply: Content;
  /** all messages on iopub, in order */
  messages: Message[];
  stdout: string;
  stderr: string;
  /** content of the `error` output, if there was one */
  error?: { ename: string; evalue: string; traceback: string[] };
  /** data of the execute_result, if there was one */
  result?: Record<string, unknown>;
}

interface Done {
  done: string;
  id?: string;
  pid?: number;
  alive?: boolean;
}

/** A cell that was sent and may still run. */
export interface Running {
  finished: Promise<Outcome>;
  /** Resolves when a printed text contains `text`. */
  printed(text: string): Promise<void>;
}

/** The Python of the project's virtual environment. */
export const python = cacheFolder('python', 'bin', 'python');

/** A tslab kernel that Jupyter started from the project's kernelspec; messages use the real protocol. */
export class Session {
  private readonly waiting: ((done: Done) => void)[] = [];
  private readonly seen: Message[] = [];
  private readonly watchers = new Set<() => void>();
  private errors = '';

  private constructor(private readonly driver: ChildProcessWithoutNullStreams) {
    createInterface({ input: driver.stdout }).on('line', (line) => this.take(JSON.parse(line) as Message | Done));
    driver.stderr.on('data', (data: Buffer) => {
      this.errors += data.toString();
    });
  }

  /**
   * Start a kernel whose cells run in `folder` of the project.
   *
   * @param kernel name of its kernelspec. Default: the project's
   * @param kernels a folder with more kernelspecs, as in JUPYTER_PATH
   */
  static async start(folder = join(projectFolder, 'test'), kernel = 'tslab', kernels?: string): Promise<Session> {
    const script = join(projectFolder, 'test', 'kernel', 'driver.py');
    const own = await jupyterEnvironment();
    const env = kernels === undefined ? own : { ...own, JUPYTER_PATH: [own.JUPYTER_PATH, kernels].join(delimiter) };
    const session = new Session(spawn(python, [script, kernel, folder], { env }));
    await session.expectDone();
    return session;
  }

  /** Send a request and wait for its reply's content. */
  async ask(type: string, content: Content, channel: 'shell' | 'control' = 'shell'): Promise<Content> {
    const id = await this.send(type, content, channel);
    return (await this.find((message) => message.channel === channel && message.parent === id)).content;
  }

  /** Run a cell and wait for its end. */
  async run(code: string, options: Content = {}): Promise<Outcome> {
    return (await this.begin(code, options)).finished;
  }

  /** Send a cell and do not wait for it. */
  async begin(code: string, options: Content = {}): Promise<Running> {
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true, ...options };
    const id = await this.send('execute_request', content, 'shell');
    return { finished: this.outcome(id), printed: (text) => this.printed(id, text) };
  }

  /** Send a message that has no reply, such as one of a comm. @returns its id */
  async tell(type: string, content: Content, extras: Extras = {}): Promise<string> {
    return this.send(type, content, 'shell', extras);
  }

  /** Send a comm's message and wait until the kernel has handled it. @returns the messages on iopub that belong to it */
  async tellComm(type: string, content: Content, extras: Extras = {}): Promise<Message[]> {
    const id = await this.tell(type, content, extras);
    await this.find((message) => message.parent === id && message.content.execution_state === 'idle');
    return this.seen.filter((message) => message.parent === id);
  }

  /** Send texts as the frames of a signed message: header, parent, metadata, content, buffers. */
  async tellFrames(...parts: string[]): Promise<void> {
    await this.command({ do: 'frames', parts });
  }

  /** The first message of this kind, now or later. */
  async find(wanted: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.seen.find(wanted);
        if (!found) return;
        this.watchers.delete(look);
        resolve(found);
      };
      this.watchers.add(look);
      look();
    });
  }

  async interrupt(): Promise<void> {
    await this.command({ do: 'interrupt' });
  }

  async restart(): Promise<void> {
    await this.command({ do: 'restart' });
  }

  async alive(): Promise<boolean> {
    return (await this.command({ do: 'alive' })).alive === true;
  }

  async stop(): Promise<void> {
    await this.command({ do: 'stop' });
    this.driver.stdin.end();
  }

  private async outcome(id: string): Promise<Outcome> {
    const own = (message: Message) => message.parent === id;
    const reply = await this.find((message) => message.type === 'execute_reply' && own(message));
    await this.find((message) => own(message) && message.content.execution_state === 'idle');
    const messages = this.seen.filter((message) => message.channel === 'iopub' && own(message));
    const text = (name: string) =>
      messages
        .filter(({ type, content }) => type === 'stream' && content.name === name)
        .map(({ content }) => content.text);
    const contentOf = (wanted: string) => messages.find(({ type }) => type === wanted)?.content;
    return {
      reply: reply.content,
      messages,
      stdout: text('stdout').join(''),
      stderr: text('stderr').join(''),
      error: contentOf('error') as Outcome['error'],
      result: contentOf('execute_result')?.data as Outcome['result'],
    };
  }

  private async printed(id: string, text: string): Promise<void> {
    const found = await this.find(
      ({ type, parent, content }) =>
        parent === id && (type === 'execute_reply' || (type === 'stream' && String(content.text).includes(text))),
    );
    if (found.type !== 'stream') throw new Error(`the cell ended before '${text}': ${JSON.stringify(found.content)}`);
  }

  private async send(type: string, content: Content, channel: string, extras: Extras = {}): Promise<string> {
    const { metadata = {}, buffers = [] } = extras;
    const encoded = buffers.map((one) => Buffer.from(one).toString('base64'));
    return (await this.command({ do: 'request', type, content, channel, metadata, buffers: encoded })).id ?? '';
  }

  private command(command: Content): Promise<Done> {
    const done = this.expectDone();
    this.driver.stdin.write(`${JSON.stringify(command)}\n`);
    return done;
  }

  private expectDone(): Promise<Done> {
    return new Promise((resolve, reject) => {
      const failed = (code: number | null) =>
        reject(new Error(`the driver ended with ${code}: ${this.errors.slice(-2000)}`));
      this.driver.once('exit', failed);
      this.waiting.push((done) => {
        this.driver.removeListener('exit', failed);
        resolve(done);
      });
    });
  }

  private take(line: Message | Done): void {
    if ('done' in line) {
      this.waiting.shift()?.(line);
      return;
    }
    this.seen.push(line);
    for (const look of [...this.watchers]) look();
  }
}
