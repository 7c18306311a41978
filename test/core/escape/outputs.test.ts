import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { from, fromArrow } from 'arquero';
import * as charts from '../../../src/charts';
import { compileChart, drawSvg, renderSvg } from '../../../src/charts/render';
import { main } from '../../../src/cli/main';
import { parseCsv } from '../../../src/core/escape/csv';
import { printable, printableLine } from '../../../src/core/escape/printable';
import { cacheFolder, projectFolder } from '../../../src/core/paths';
import { classReport, rocCurve } from '../../../src/metrics';
import { backboneEntry } from '../../../src/models';
import { summaryOf } from '../../../src/notebook/summary';
import { tableHtml, tableText } from '../../../src/notebook/table';
import { reportHtml, reportText } from '../../../src/report';
import type { RunConfiguration } from '../../../src/runs';
import { modelCard, modelCardMarkdown } from '../../../src/runs/export/modelCard';
import { readRun } from '../../../src/runs/readRun';
import { exportTable, type RunRecord, writeMlflow } from '../../../src/study';
import { loadStudy } from '../../../src/study/loadStudy';
import { runsCsv } from '../../../src/study/runsTable';
import { tableCsv } from '../../../src/study/table';
import { runLine, terminalStudyListener } from '../../../src/terminal/studyListener';
import { terminalListener } from '../../../src/terminal/terminal';
import { madeUpModel, overfitting } from '../../charts/examples';
import { temporaryFolder } from '../../folders';
import { LineProcess } from '../../lineProcess';
import { madeUpPredictions, writeRun } from '../../report/madeUpRun';
import { actsOnTerminal, hostileNames } from './hostile';

/** What page.py finds in a page: elements, attributes and texts. */
interface PageFacts {
  tags: string[];
  handlers: string[];
  links: string[];
  cells: string[][];
  labels: string[];
}

/** Checks that a text does not control a terminal. */
function quiet(text: string): void {
  const at = text.search(actsOnTerminal);
  assert.ok(at < 0, JSON.stringify(text.slice(Math.max(0, at - 60), at + 20)));
}

/** The expressions in a compiled chart, which Vega evaluates. */
function expressionsOf(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return ['signal', 'expr', 'test', 'update', 'filter'].includes(key) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => expressionsOf(part, Array.isArray(value) ? key : name));
}

function studyFolder(axes: (label: string | number) => RunRecord['axes'], error: string | null = null) {
  const folder = join(temporaryFolder(), 'a study');
  const configurations = ['p', 'q'].flatMap((value) => [1, 2].map((other) => ({ ...axes(value), other })));
  const tasks = configurations.flatMap((each, c) =>
    [1, 2, 3].map((seed) => ({ id: `r${c}-${seed}`, hash: `h${c}-${seed}`, axes: each, seed })),
  );
  for (const [i, task] of tasks.entries()) {
    const record: RunRecord = {
      ...{ ...task, state: error === null || i > 0 ? 'done' : 'failed', error: i > 0 ? null : error },
      ...{
        accuracy: 0.5 + 0.03 * i,
        interval: null,
        mostFrequent: 0.4,
        loss: 0.3,
        macroF1: 0.5,
        auc: 0.6,
        epochs: 3,
        curve: [0.1, 0.2, 0.3],
        seconds: 3 + i,
      },
      ...{ pictures: { train: 3, validation: 2 }, trainedParameters: 3, memory: 1e6, host: 'a <host>' },
      ...{ started: '2026-01-01T00:00:00Z', ended: '2026-01-01T00:00:03Z' },
    };
    mkdirSync(join(folder, 'runs', task.id), { recursive: true });
    writeFileSync(join(folder, 'runs', task.id, 'run.json'), JSON.stringify(record));
  }
  const configuration = { data: 'emoji', axes: {} };
  writeFileSync(
    join(folder, 'study.json'),
    JSON.stringify({ configuration, dataFingerprint: 'x', configurations, tasks }),
  );
  return folder;
}

describe('hostile names in outputs', function () {
  this.timeout(240_000);

  let parser: LineProcess;
  before(() => {
    const script = join(projectFolder, 'test', 'core', 'escape', 'page.py');
    parser = new LineProcess('page.py', cacheFolder('python', 'bin', 'python'), [script]);
  });
  after(() => parser.end());

  /** Elements and attributes of a page, to which no name may add any. */
  const pageFacts = (html: string) => {
    parser.ask(html);
    return parser.answer<PageFacts>();
  };

  it('are unchanged in a run folder, and shown as text in its page and its text report', async () => {
    const folder = writeRun(hostileNames, madeUpPredictions(hostileNames, 3 * hostileNames.length));
    const run = readRun(folder);
    assert.deepEqual(run.classes, hostileNames);
    assert.equal(new Set(run.predictions.map(({ label }) => label)).size, hostileNames.length);
    const html = await reportHtml(folder, { explain: false });
    const { tags, handlers, links } = await pageFacts(html);
    assert.equal(tags.filter((tag) => tag === 'script').length, 1);
    assert.ok(!tags.includes('img'));
    assert.deepEqual(handlers, []);
    assert.deepEqual(links, []);
    quiet(html);
    quiet(reportText(folder));
    const [, json] = /<script type="application\/json" id="run">(.*?)<\/script>/.exec(html)!;
    assert.deepEqual(JSON.parse(json!).classes, hostileNames);
  });

  it('as an axis called __proto__ are refused with the name of the file', async () => {
    const folder = studyFolder((label) => Object.fromEntries([['__proto__', label]]));
    await assert.rejects(reportHtml(folder, { explain: false }), /study\.json has a key '__proto__'/);
  });

  for (const name of hostileNames.filter((each) => each !== '__proto__')) {
    it(`as an axis and as its value, ${JSON.stringify(name)}, make a study's page, text and tables`, async () => {
      const folder = studyFolder(
        (label) => Object.fromEntries([[name, label === 'p' ? name : label]]),
        `failed: ${name}`,
      );
      const html = await reportHtml(folder, { explain: false });
      const { tags, handlers, cells, labels } = await pageFacts(html);
      assert.deepEqual(handlers, []);
      assert.ok(!tags.includes('img'));
      assert.ok(labels.length >= 4 && labels.every((label) => label.length > 10), 'every chart has its description');
      assert.ok(cells.some(([first]) => first === `${printableLine(name)}, other 1`));
      quiet(html);
      quiet(reportText(folder));
      const result = loadStudy(folder);
      const [header, ...rows] = parseCsv(tableCsv(result.rows));
      assert.equal(new Set(header).size, header!.length);
      assert.match(header![0]!.replace(name, ''), /^( \(axis\))?$/);
      assert.equal(rows[0]![0], name);
      assert.equal(parseCsv(runsCsv(result.records))[1]![0], name);
      const files = temporaryFolder();
      for (const ending of ['csv', 'json', 'arrow', 'parquet'])
        await exportTable(result.runs, join(files, `t.${ending}`));
      assert.equal(parseCsv(readFileSync(join(files, 't.csv'), 'utf8'))[1]![0], name);
      const column = parseCsv(runsCsv(result.records))[0]![0]!;
      assert.equal(JSON.parse(readFileSync(join(files, 't.json'), 'utf8'))[0][column], name);
      assert.equal(
        (fromArrow(new Uint8Array(readFileSync(join(files, 't.arrow')))).object() as Record<string, unknown>)[column],
        name,
      );
      const store = join(files, 'mlruns');
      writeMlflow(result, store);
      const [experiment] = readdirSync(store);
      const runs = readdirSync(join(store, experiment!)).filter((entry) => entry !== 'meta.yaml');
      assert.equal(runs.length, 12);
      const parameters = readdirSync(join(store, experiment!, runs[0]!, 'params'));
      assert.equal(parameters.length, 3, 'the axis, the other one and the seed');
      for (const parameter of parameters) {
        const file = join(store, experiment!, runs[0]!, 'params', parameter);
        assert.match(parameter, /^[\w. -]+$/);
        assert.doesNotMatch(readFileSync(file, 'utf8'), /[\r\n]/);
      }
    });
  }

  it('are drawn by every chart, and never become part of an expression', async () => {
    const model = madeUpModel(hostileNames, 3 * hostileNames.length, 1);
    const report = classReport(model.matrix);
    const curves = overfitting.slice(0, 4);
    for (const name of hostileNames) {
      const few = madeUpModel([name, 'other'], 20, 1);
      const rows = [name, 'b'].flatMap((value, i) =>
        [1, 2].map((other) => ({
          ...{ axes: { ...Object.fromEntries([[name, value]]), other }, seconds: 1 + i },
          accuracy: { mean: 0.5 + 0.1 * i + 0.01 * other, low: 0.4, high: 0.8 },
        })),
      );
      const slice = { slice: name, right: 3, total: 4, accuracy: 0.75, low: 0.3, high: 0.9 };
      const curve = rocCurve([0, 1, 1], [0.2, 0.3, 0.9]);
      const specs = {
        confusion: charts.confusionMatrixChart(few.matrix, { title: name }),
        pairs: charts.confusedPairsChart(few.matrix, { title: name }),
        scores: charts.classScoresChart(classReport(few.matrix), { title: name }),
        slices: charts.sliceChart([slice, { ...slice, slice: 'other' }], { title: name }),
        roc: charts.rocChart(Object.fromEntries([[name, curve]]), { title: name }),
        curves: charts.compareCurves(Object.fromEntries([[name, curves]]), { title: name }),
        training: charts.trainingCurves(curves, { title: name }),
        embedding: charts.embeddingChart([{ x: 1, y: 2, class: name, note: name }], { title: name }),
        pareto: charts.paretoChart(rows, { title: name }),
        interaction: charts.interactionChart(rows, name, 'other', { title: name }),
        parallel: charts.parallelCoordinates(rows, { title: name }),
        dots: charts.runDotsChart(rows.map(({ axes, accuracy }, seed) => ({ axes, seed, accuracy: accuracy.mean }))),
        'learning curves': charts.learningCurveChart(
          rows
            .slice(0, 7)
            .map(({ axes, accuracy }, i) => ({ axes, pictures: i + 1, seed: 1, accuracy: accuracy.mean })),
        ),
        forest: charts.forestPlot(
          [{ [name]: name, n: 2, difference: 0.1, 'difference low': 0, 'difference high': 0.2, verdict: name }],
          { title: name },
        ),
        pictures: charts.pictureGrid([{ url: 'data:image/png;base64,AA==', label: name, detail: name }], {
          title: name,
        }),
      };
      for (const [kind, spec] of Object.entries(specs)) {
        const failed = (error: Error) => assert.fail(`${kind} of ${JSON.stringify(name)}: ${error.message}`);
        const compiled = await compileChart(spec).catch(failed);
        const svg = await drawSvg(compiled).catch(failed);
        quiet(svg);
        quiet(spec.usermeta.text + spec.description);
        if (name.length < 4 || name === 'datum') continue; // occurs in tunebook's own expressions
        const found = expressionsOf(compiled).find((text) => text.includes(name));
        if (!['plain', 'accuracy', 'seed', 'true'].includes(name)) assert.equal(found, undefined, `${kind}: ${found}`);
      }
    }
    await renderSvg(charts.confusionMatrixChart(model.matrix, { sort: 'confusion' }));
    await renderSvg(charts.classScoresChart(report));
  });

  it('are single cells of a table in a notebook, and one line each in text', async () => {
    const table = from(hostileNames.map((name) => ({ name, count: 1 }))).slice(0, 20) as never;
    const { tags, cells } = await pageFacts(tableHtml(table));
    assert.deepEqual([...new Set(tags)].sort(), ['table', 'tbody', 'td', 'th', 'thead', 'tr']);
    assert.deepEqual(
      cells.filter(({ length }) => length > 0).map(([name]) => name),
      hostileNames.slice(0, 20).map(printable),
    );
    assert.equal(tableText(table).split('\n').length, 21);
    quiet(tableText(table));
    const dataset = { folder: hostileNames[17]!, classes: hostileNames, examples: [], skipped: [] };
    const summary = summaryOf(dataset)!;
    assert.equal(summary.split('\n').length, hostileNames.length + 2);
    quiet(summary);
  });

  it('are one line each on a terminal, and do not control it', () => {
    for (const name of hostileNames) {
      let written = '';
      const output = { write: (text: string) => (written += text) };
      const record = {
        axes: { [name]: name },
        seed: 1,
        state: 'failed',
        error: name,
        seconds: 1,
      } as unknown as RunRecord;
      assert.doesNotMatch(runLine(record), /[\n\r]/);
      const listener = terminalStudyListener(output);
      listener.onStudy({
        ended: 1,
        total: 2,
        failed: 1,
        running: [name],
        secondsLeft: 1,
        rows: [],
        latest: record,
      } as never);
      listener.onMessage(name);
      const training = terminalListener(output);
      training.onMessage(name);
      quiet(written);
    }
  });

  it('do not break the one-line errors of the command line', async () => {
    const { write } = process.stderr;
    for (const name of hostileNames.filter((each) => !each.includes('\0'))) {
      let said = '';
      process.stderr.write = ((text: string) => {
        said += text;
        return true;
      }) as typeof write;
      const code = await main(['report', `/nowhere/${name}`]).finally(() => {
        process.stderr.write = write;
      });
      assert.equal(code, 1);
      assert.equal(said.split('\n').length, 2, JSON.stringify(said));
      assert.ok(said.includes(printableLine(name.replaceAll('\n', ' '))));
      quiet(said);
    }
  });

  it('are text in a model card, whose code contains the unchanged names', () => {
    const entry = backboneEntry('efficientnet-lite0');
    const cards = hostileNames.map((name) => {
      const classes = [name, 'other'];
      const configuration = {
        ...{ classes, settings: { backbone: 'efficientnet-lite0', note: name }, weightsHash: 'abc' },
        data: { folder: `/data/${name.replaceAll('/', '')}`, fingerprint: 'f', train: 3, validation: 2 },
        versions: { tunebook: '0.1.0', tensorflow: '2.20' },
      } as unknown as RunConfiguration;
      const facts = { preprocessing: entry.preprocessing, files: { 'model.h5': 'Keras' } };
      return modelCardMarkdown(modelCard(configuration, { accuracy: 0.5, loss: 1 }, facts));
    });
    const script = join(projectFolder, 'test', 'core', 'escape', 'card.py');
    const input = JSON.stringify(cards);
    const said = execFileSync(cacheFolder('python', 'bin', 'python'), [script], { input, encoding: 'utf8' });
    const shown = JSON.parse(said) as { tags: string[]; rows: number; classes: string[] }[];
    for (const [i, { tags, rows, classes: read }] of shown.entries()) {
      const name = hostileNames[i]!;
      assert.deepEqual(read, [name, 'other']);
      assert.equal(rows, 12, JSON.stringify(name));
      for (const tag of ['script', 'img', 'a', 'em', 'del'])
        assert.ok(!tags.includes(tag), `${tag}: ${JSON.stringify(name)}`);
      quiet(cards[i]!);
    }
  });
});
