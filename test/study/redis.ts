import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../folders';
import { wait } from './workers';

/** Whether redis-server is installed. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** Skips a suite with a message. */
export function skipWithoutRedis(suite: Mocha.Context): void {
  console.warn('      skipped: no redis-server here (Debian: apt-get install redis-server)');
  suite.skip();
}

export interface RedisOptions {
  password?: string;
  /** files of a certificate, its key and its authority; the server then accepts TLS only */
  tls?: { certificate: string; key: string; authority: string };
}

/** A separate Redis on a free port of this machine, which can be stopped and started with or without its data. */
export class TestRedis {
  private readonly folder = temporaryFolder();
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly options: RedisOptions,
  ) {}

  static async start(options: RedisOptions = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), options);
    await redis.start();
    return redis;
  }

  get address(): string {
    const { password, tls } = this.options;
    return `${tls ? 'rediss' : 'redis'}://${password === undefined ? '' : `:${password}@`}localhost:${this.port}`;
  }

  async start({ empty = false } = {}): Promise<void> {
    const { password, tls } = this.options;
    const plain = ['--port', String(this.port)];
    const secure = tls && [
      ...['--port', '0', '--tls-port', String(this.port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.authority],
    ];
    if (empty) rmSync(join(this.folder, 'appendonlydir'), { recursive: true });
    const child = spawn(
      'redis-server',
      [
        ...(secure ?? plain),
        ...[
          '--bind',
          '127.0.0.1',
          '--dir',
          this.folder,
          '--save',
          '',
          '--appendonly',
          'yes',
          '--appendfsync',
          'always',
        ],
        ...(password === undefined ? [] : ['--requirepass', password]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process = child;
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (log += part));
    while (!log.includes('Ready to accept connections')) {
      if (child.exitCode !== null) throw new Error(`redis-server ended: ${log}`);
      await wait(10);
    }
  }

  /** Stop it immediately, as in a power cut. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Read its contents. */
  async with<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.address);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  async clear(): Promise<void> {
    await this.with((client) => client.flushall());
  }

  keys(): Promise<string[]> {
    return this.with((client) => client.keys('*'));
  }
}

/** An unused port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A client that sends each of its writes twice, as when the connection is lost before Redis replies to the first. */
export function sendingTwice(client: Redis): Redis {
  const writes = new Set<string | symbol>(['append', 'set', 'setrange', 'hset']);
  return new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!writes.has(name)) return value.bind(target);
      return async (...rest: unknown[]) => {
        await value.apply(target, rest);
        return value.apply(target, rest);
      };
    },
  });
}
