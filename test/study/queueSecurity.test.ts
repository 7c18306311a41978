import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { LEASE, runTunebook, TestProcess, until } from './queueWorkers';
import { hasRedis, type RedisOptions, skipWithoutRedis, TestRedis } from './redis';

const PASSWORD = 'swordfish-4711';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Skips a test with a message. */
function skipWithoutOpenssl(test: Mocha.Context): void {
  if (hasOpenssl) return;
  console.warn('      skipped: no openssl here to make certificates (Debian: apt-get install openssl)');
  test.skip();
}

describe('the address of a queue', function () {
  this.timeout(120_000);
  let file: string;
  let folder: string;
  let data: string;

  before(async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    folder = temporaryFolder();
    file = join(folder, 'study.json');
    data = await stripesFolder(8);
    writeFileSync(file, JSON.stringify({ data, settings: { epochs: 3, inputSize: 64 }, seeds: 1 }));
  });

  /** Runs a study and a worker at an address until both end. */
  async function made(address: string, env: NodeJS.ProcessEnv) {
    const out = join(temporaryFolder(), 'study');
    const worker = new TestProcess(['worker', '--until-empty', '--data', data, '--lease', String(LEASE)], {
      ...env,
      TUNEBOOK_QUEUE: address,
    });
    const study = new TestProcess(['study', file, '--queue', '--out', out, '--json'], {
      ...env,
      TUNEBOOK_QUEUE: address,
    });
    try {
      await until(() => study.ended);
      return { out, worker, study };
    } finally {
      await worker.kill('SIGINT');
      await study.kill();
    }
  }

  async function works(options: RedisOptions, env: NodeJS.ProcessEnv = {}) {
    const redis = await TestRedis.start(options);
    try {
      const { out, worker, study } = await made(redis.address, env);
      assert.equal(study.process.exitCode, 0, study.log + worker.log);
      const written = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
      assert.ok(written.length > 5);
      for (const text of [...written, worker.log, study.log]) assert.ok(!text.includes(PASSWORD));
    } finally {
      await redis.kill();
    }
  }

  /** Checks that both commands fail soon, in one line without the password. */
  function fails(address: string, message: RegExp) {
    for (const command of [['study', file, '--out', join(temporaryFolder(), 'study')], ['worker']]) {
      const { status, stderr, stdout } = runTunebook(...command, '--queue', address);
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
      assert.ok(!(stderr + stdout).includes(PASSWORD));
    }
  }

  it('may contain a password, which is never shown', () => works({ password: PASSWORD }));

  it('may use TLS with your own certificate authority, named by NODE_EXTRA_CA_CERTS', async function () {
    skipWithoutOpenssl(this);
    const tls = selfMade(folder);
    await works({ password: PASSWORD, tls }, { NODE_EXTRA_CA_CERTS: tls.authority });
  });

  it('leads to a one-line error, without the password, if the certificate is not trusted', async function () {
    skipWithoutOpenssl(this);
    const redis = await TestRedis.start({ password: PASSWORD, tls: selfMade(folder) });
    try {
      fails(
        redis.address,
        /^tunebook: the queue at rediss:\/\/localhost:\d+ cannot be used: .*certificate.* NODE_EXTRA_CA_CERTS/,
      );
    } finally {
      await redis.kill();
    }
  });

  it('leads to a one-line error if the password is wrong or missing', async () => {
    const redis = await TestRedis.start({ password: 'another' });
    try {
      fails(
        `redis://:${PASSWORD}@localhost:${redis.port}`,
        /^tunebook: the queue at redis:\/\/localhost:\d+ cannot be used: .*WRONGPASS/,
      );
      fails(
        `redis://localhost:${redis.port}`,
        /^tunebook: the queue at redis:\/\/localhost:\d+ cannot be used: .*NOAUTH/,
      );
    } finally {
      await redis.kill();
    }
  });

  it('leads to a one-line error if there is no Redis, or the address is invalid', async () => {
    const redis = await TestRedis.start();
    await redis.kill();
    fails(
      `redis://:${PASSWORD}@localhost:${redis.port}`,
      /^tunebook: the queue at redis:\/\/localhost:\d+ cannot be used: .*ECONNREFUSED/,
    );
    fails(`http://:${PASSWORD}@localhost`, /^tunebook: the queue must be an address like redis:\/\/host:6379/);
  });
});

/** A certificate authority and a certificate for localhost, made with openssl. */
function selfMade(folder: string): NonNullable<RedisOptions['tls']> {
  const at = (name: string) => join(folder, name);
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { stdio: 'pipe' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=an authority',
  );
  openssl('req', ...key, '-keyout', at('server.key'), '-out', at('server.csr'), '-subj', '/CN=localhost');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  const signing = [
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('server.csr'), '-out', at('server.crt'), ...signing);
  return { certificate: at('server.crt'), key: at('server.key'), authority: at('ca.crt') };
}
