import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml';
import { projectFolder } from '../src/core/paths';
import { commandOf } from './commandOf';
import { instructionsOf, parseDockerfile } from './container/dockerfile';
import { temporaryFolder } from './folders';
import { until } from './study/queueWorkers';
import { freePort, hasRedis, skipWithoutRedis } from './study/redis';

/** The parts that the tests use. */
interface Service {
  image: string;
  command: string[];
  ports?: unknown;
  volumes: string[];
  environment: Record<string, string>;
}
interface Container {
  image: string;
  command: string[];
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  volumeMounts: { name: string }[];
}
interface Volume {
  name: string;
  configMap?: { name: string };
  persistentVolumeClaim?: { claimName: string };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: {
    parallelism?: number;
    completions?: number;
    selector?: Record<string, string>;
    podSelector?: { matchLabels: Record<string, string> };
    ingress?: { from: { podSelector: { matchLabels: Record<string, string> } }[] }[];
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { containers: [Container]; volumes: Volume[]; restartPolicy?: string };
    };
  };
}

const read = (...parts: string[]) => readFileSync(join(projectFolder, ...parts), 'utf8');

/** The words after `tunebook` in a line, with the defaults of variables, or 4. */
function wordsAfter(line: string): string[] {
  const filled = line.replace(/\$(\w+|\{\w+(?::-([^}]*))?\})/g, (_, __, usual = '4') => usual);
  const call = /(?:^|\s)node_modules\/\.bin\/tunebook (.*?)(?: &)?$/.exec(filled)?.[1] ?? '';
  return call.replaceAll('"', '').split(/\s+/);
}

/** Checks that the command line accepts a call, and that the queue's password is not part of it. */
async function assertIsUnderstood(words: readonly string[], name: string): Promise<void> {
  assert.equal(await commandOf(words), name);
  assert.ok(name === 'worker' ? !words.includes('--queue') : words[words.indexOf('--queue') + 1]?.startsWith('--'));
}

/** Checks that a Redis that is started in this way requires the password, and does not show it to `ps`. */
async function assertNeedsPassword(command: readonly string[]): Promise<void> {
  const port = String(await freePort());
  const [shell = '', option = '', script = ''] = command;
  const place = ` --bind 127.0.0.1 --port ${port} --dir ${temporaryFolder()}`;
  const environment = { ...process.env, REDISCLI_AUTH: 'hushhush' };
  const redis: ChildProcess = spawn(shell, [option, script + place], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => redis.once('exit', resolve));
  const ping = (env: NodeJS.ProcessEnv) =>
    spawnSync('redis-cli', ['-p', port, 'ping'], { env, encoding: 'utf8' }).stdout;
  try {
    await until(() => ping(environment) === 'PONG\n' || redis.exitCode !== null);
    assert.equal(redis.exitCode, null);
    assert.match(ping({ ...process.env, REDISCLI_AUTH: '' }), /NOAUTH/);
    assert.ok(!readFileSync(`/proc/${redis.pid}/cmdline`, 'utf8').includes('hushhush'));
  } finally {
    spawnSync('redis-cli', ['-p', port, 'shutdown', 'nosave'], { env: environment });
    await ended;
  }
}

describe('compose.yaml', function () {
  this.timeout(60_000);
  const text = read('compose.yaml');
  const { services } = load(text, { schema: YAML11_SCHEMA }) as { services: Record<string, Service> };

  for (const name of ['worker', 'study']) {
    it(`calls the command ${name} with valid arguments, in the image's folder`, async () => {
      await assertIsUnderstood(wordsAfter(services[name]!.command.join(' ')), name);
      assert.match(read('Dockerfile'), /^WORKDIR \/home\/node\/tunebook$/m);
      assert.ok('tunebook' in JSON.parse(read('package.json')).bin);
    });
  }

  it('has the pictures at the same path in the study and in its workers, as its first lines say', () => {
    const photos = (name: string) => services[name]!.volumes.find((volume) => volume.includes('PHOTOS'));
    assert.equal(photos('worker'), photos('study'));
    assert.ok(photos('worker')!.endsWith(':/photos:ro'));
    assert.ok(services.worker!.command.includes('/photos') && text.includes('"data" is "/photos"'));
  });

  it('says in its first lines how to set every variable', () => {
    const [head = '', ...rest] = text.split('\nname:');
    const variables = [...rest.join('').matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name);
    assert.ok(variables.includes('WORKERS') && variables.includes('TUNEBOOK_REDIS_PASSWORD'));
    for (const name of variables) assert.ok(head.includes(`${name}=`), name);
  });

  it('publishes nothing, and shows the password in no command', () => {
    for (const [name, { ports, command }] of Object.entries(services)) {
      assert.equal(ports, undefined, name);
      assert.ok(!command.join(' ').includes('${TUNEBOOK_REDIS_PASSWORD'), name);
    }
    assert.ok(services.study!.environment.TUNEBOOK_QUEUE!.endsWith('@redis:6379'));
    assert.match(read('.dockerignore'), /^\.env$/m);
  });

  it('starts a Redis that needs the password', async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    await assertNeedsPassword(services.redis!.command.map((word) => word.replaceAll('$$', '$')));
  });
});

describe('the Dockerfile', () => {
  it('has the file of the command before npm links it, as compose.yaml calls the link', () => {
    const steps = instructionsOf(parseDockerfile(read('Dockerfile')));
    const install = steps.findIndex(({ name, text }) => name === 'RUN' && text.startsWith('npm ci'));
    const copied = steps.slice(0, install).filter(({ name }) => name === 'COPY');
    const { tunebook } = JSON.parse(read('package.json')).bin;
    assert.ok(copied.some(({ text }) => text.split(' ').includes(tunebook)));
  });
});

describe('the recipe for Kubernetes', function () {
  this.timeout(60_000);
  const manifests = loadAll(read('docs', 'kubernetes.yaml')) as Manifest[];
  const guide = read('docs', 'kubernetes.md');
  const find = (kind: string, name: string) => {
    const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
    assert.ok(found, `${kind} ${name}`);
    return found.spec;
  };
  const pods = manifests.flatMap(({ spec }) => spec.template ?? []);

  for (const name of ['worker', 'study']) {
    it(`calls the command ${name} with valid arguments`, async () => {
      const { spec } = find('Job', name === 'worker' ? 'tunebook-workers' : 'tunebook-study').template!;
      await assertIsUnderstood(wordsAfter(spec.containers[0].command.join(' ')), name);
    });
  }

  it('has workers that share one queue and end when it is empty', () => {
    const { parallelism, completions, template } = find('Job', 'tunebook-workers');
    assert.ok(parallelism! > 1);
    assert.equal(completions, undefined);
    assert.ok(template!.spec.containers[0].command.includes('--until-empty'));
    assert.equal(template!.spec.restartPolicy, 'OnFailure');
  });

  it('reaches Redis by the name of its service, and only from pods that its policy allows', () => {
    const redis = find('Deployment', 'tunebook-redis').template!.metadata.labels;
    assert.deepEqual(find('Service', 'tunebook-redis').selector, redis);
    const policy = find('NetworkPolicy', 'tunebook-redis');
    assert.deepEqual(policy.podSelector!.matchLabels, redis);
    const members = pods.filter(({ spec }) => spec.containers[0].env.some(({ name }) => name === 'TUNEBOOK_QUEUE'));
    assert.equal(members.length, 2);
    for (const { metadata, spec } of members) {
      assert.deepEqual(metadata.labels, policy.ingress![0]!.from[0]!.podSelector.matchLabels);
      const { value } = spec.containers[0].env.find(({ name }) => name === 'TUNEBOOK_QUEUE')!;
      assert.equal(value, 'redis://:$(PASSWORD)@tunebook-redis:6379');
    }
  });

  it('says how to create everything that it requires', () => {
    for (const { spec } of pods) {
      const [{ env, volumeMounts, image }] = spec.containers;
      for (const { valueFrom } of env) {
        if (!valueFrom) continue;
        const { name, key } = valueFrom.secretKeyRef;
        assert.ok(guide.includes(`kubectl create secret generic ${name} --from-literal=${key}=`), name);
      }
      for (const { configMap, persistentVolumeClaim: claim } of spec.volumes) {
        if (configMap) assert.ok(guide.includes(`kubectl create configmap ${configMap.name} --from-file=study.json`));
        if (claim) assert.ok(guide.includes(`\`${claim.claimName}\``), claim.claimName);
      }
      assert.deepEqual(volumeMounts.map(({ name }) => name).sort(), spec.volumes.map(({ name }) => name).sort());
      if (image.startsWith('tunebook')) assert.ok(guide.includes(`docker build -t ${image} .`));
    }
  });

  it('starts a Redis that needs the password', async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    await assertNeedsPassword(find('Deployment', 'tunebook-redis').template!.spec.containers[0].command);
  });
});

describe('the recipe for Slurm', () => {
  const guide = read('docs', 'slurm.md');
  const scripts = [...guide.matchAll(/^```bash\n(.*?)^```/gms)].map(([, script = '']) => script);
  const [study = '', workers = ''] = scripts;

  it('consists of two valid shell scripts, which the guide names', () => {
    assert.equal(scripts.length, 2);
    for (const script of scripts) {
      assert.ok(script.startsWith('#!/bin/bash\n#SBATCH '));
      const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    }
    assert.ok(guide.includes('\nsbatch study.sbatch\n') && study.includes('sbatch --parsable workers.sbatch'));
  });

  for (const [name, script] of [
    ['study', study],
    ['worker', workers],
  ] as const) {
    it(`calls the command ${name} with valid arguments`, async () => {
      const calls = script.split('\n').filter((line) => /^[^#]*\/tunebook /.test(line));
      assert.equal(calls.length, 1);
      await assertIsUnderstood(wordsAfter(calls[0]!), name);
    });
  }

  it('has an array of workers that receive the signals of Slurm, and that end when nothing is left', () => {
    assert.match(workers, /^#SBATCH --array=1-\d+$/m);
    assert.match(workers, /^exec .* --until-empty$/m);
  });
});

describe('the recipes', () => {
  for (const name of ['slurm.md', 'kubernetes.md']) {
    it(`link to existing files: ${name}`, () => {
      const links = [...read('docs', name).matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link.split('#'));
      assert.ok(links.length > 0);
      for (const [file = '', part] of links) {
        assert.ok(existsSync(join(projectFolder, 'docs', file)), file);
        if (part) assert.match(read('docs', file), new RegExp(`^## ${part.replaceAll('-', ' ')}$`, 'im'));
      }
    });
  }
});
