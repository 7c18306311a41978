import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../folders';
import { contextFiles, copiedFiles } from './context';
import { commandWords, fillIn, instructionsOf, parseDockerfile } from './dockerfile';

const text = `# the first line
FROM debian AS base
RUN apt-get update \\
 # a comment in between
 && apt-get install tool

FROM base AS course
ARG KIND=cpu
ENV CHOSEN=\${KIND}
COPY --chown=node:node a.json b.json ./
HEALTHCHECK --interval=30s --timeout=5s \\
  CMD ["node", "-e", "1"]
CMD node start.mjs
FROM other
`;

describe('the reader of Dockerfiles that `npm run test:container` uses', () => {
  const all = parseDockerfile(text);

  it('joins lines, and leaves comments out', () => {
    assert.deepEqual(all[1], { name: 'RUN', options: {}, text: 'apt-get update && apt-get install tool' });
  });

  it('separates options from what they belong to', () => {
    assert.deepEqual(all[5], { name: 'COPY', options: { chown: 'node:node' }, text: 'a.json b.json ./' });
    assert.deepEqual(all[6], {
      name: 'HEALTHCHECK',
      options: { interval: '30s', timeout: '5s' },
      text: 'CMD ["node", "-e", "1"]',
    });
  });

  it('puts the instructions of the stages that a stage begins with before its own', () => {
    const names = (stage?: string) => instructionsOf(all, stage).map((each) => `${each.name} ${each.text}`.slice(0, 9));
    assert.deepEqual(names('base'), ['FROM debi', 'RUN apt-g']);
    assert.deepEqual(names('course').slice(0, 3), ['FROM debi', 'RUN apt-g', 'ARG KIND=']);
    assert.deepEqual(names(), ['FROM othe']);
    assert.throws(() => names('none'), /there is no stage none; the stages are base, course/);
  });

  it('fills in variables, and takes a line as a command for the shell', () => {
    const state = { args: { KIND: 'gpu' }, env: { HOME: '/home/node' } };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of Dockerfiles
    assert.equal(fillIn('$HOME/${KIND}-${OTHER:-x}$NONE', state), '/home/node/gpu-x');
    assert.deepEqual(commandWords('["a", "b c"]'), ['a', 'b c']);
    assert.deepEqual(commandWords('a b'), ['/bin/sh', '-c', 'a b']);
  });

  it('sends what .dockerignore does not name', () => {
    const folder = temporaryFolder();
    const files = [
      'a.json',
      '.npmrc',
      'build/x.js',
      'src/build/y.js',
      'src/.checkpoints/z',
      '.checkpoints/z',
      'src/deep/er.ts',
    ];
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    }
    writeFileSync(join(folder, '.dockerignore'), '# a comment\nbuild\n**/.checkpoints\n');
    const sent = contextFiles(folder);
    assert.deepEqual(sent, ['.dockerignore', '.npmrc', 'a.json', 'src/build/y.js', 'src/deep/er.ts']);
    assert.deepEqual(copiedFiles(sent, 'src'), ['src/build/y.js', 'src/deep/er.ts']);
    assert.deepEqual(copiedFiles(sent, '.'), sent);
    assert.deepEqual(copiedFiles(sent, '.npmrc'), ['.npmrc']);
    assert.throws(() => copiedFiles(sent, 'build'), /COPY build: there is no such file/);
  });
});
