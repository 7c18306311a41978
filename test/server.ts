import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestServer {
  address: string;
  /** the requests so far, with the first requested byte */
  requests: { path: string; from: number }[];
  close(): void;
}

export interface ServeOptions {
  /** whether to support requests for a part; default true */
  ranges?: boolean;
  etag?: string;
  /** break the connection after this many bytes, for each answer in turn; the others are complete */
  breaks?: number[];
  /** status codes of the first answers, in turn */
  statuses?: number[];
  /** number of answers that consist of headers only */
  silent?: number;
  /** delay before the body of each answer, in milliseconds */
  delay?: number;
}

/** Delay before a connection breaks, in milliseconds: a client on a busy machine loses what it has not read by then. */
const PAUSE = 1000;

/** A server on this machine that returns the same content for every path, with the requested faults. */
export async function serve(content: () => Buffer, options: ServeOptions = {}): Promise<TestServer> {
  const { ranges = true, etag, delay = 0 } = options;
  const statuses = [...(options.statuses ?? [])];
  const breaks = [...(options.breaks ?? [])];
  let silent = options.silent ?? 0;
  const requests: TestServer['requests'] = [];

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const whole = content();
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const matches = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const from = ranges && matches ? asked : 0;
    requests.push({ path: request.url ?? '', from });
    const status = statuses.shift();
    if (status !== undefined) return response.writeHead(status).end();
    if (from >= whole.length && from > 0) return response.writeHead(416).end();
    const body = whole.subarray(from);
    const headers: Record<string, string | number> = { 'Content-Length': body.length };
    if (etag) headers.ETag = etag;
    if (from > 0) headers['Content-Range'] = `bytes ${from}-${whole.length - 1}/${whole.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    response.flushHeaders();
    if (silent-- > 0) return;
    const end = breaks.shift();
    if (end === undefined) setTimeout(() => response.end(body), delay);
    else response.write(body.subarray(0, end), () => setTimeout(() => response.destroy(), PAUSE));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
