import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { projectFolder } from '../../src/core/paths';
import { readCorrections } from '../../src/data';
import { stripes, stripesFolder, writePicture } from '../pictures';
import { choose, labForSuite, OpenNotebook } from './lab';
import { outputsOf, writeNotebook } from './notebookFile';

const folder = 'build/browser-widgets';
const inFolder = (...parts: string[]) => join(projectFolder, folder, ...parts);

/** What JupyterLab itself complains about when a notebook has widgets of a kernel that has ended. */
const known = /model not found|Could not create a model|widget model/i;

describe('widgets in JupyterLab', function () {
  this.timeout(300_000);
  before(() => {
    rmSync(inFolder(), { recursive: true, force: true });
    mkdirSync(inFolder(), { recursive: true });
  });
  const suite = labForSuite();

  async function open(file: string, height = 1300): Promise<OpenNotebook> {
    return OpenNotebook.open(await suite.newPage(height), suite.lab, `${folder}/${file}`);
  }

  /** Run a cell, and wait for its end. */
  async function run(notebook: OpenNotebook, index: number, timeout = 60_000): Promise<void> {
    await notebook.editEnd(index);
    await notebook.page.keyboard.press('Control+Enter');
    await notebook.finished(index, timeout);
  }

  /** Load the page again, with the kernel that runs. */
  async function reload(notebook: OpenNotebook): Promise<void> {
    await notebook.save();
    await notebook.page.reload();
    await notebook.page.getByText(/^TypeScript.* \| Idle$/).waitFor();
  }

  const widgetIn = (notebook: OpenNotebook, index: number): Locator => notebook.cell(index).locator('.tunebook');

  /**
   * Screenshots of a widget in the light and the dark theme. Changing the theme twice takes seconds, so only one widget is drawn in both,
   * or all with TUNEBOOK_EVERY_THEME=1.
   */
  async function photograph(page: Page, shown: Locator, name: string): Promise<void> {
    await shown.screenshot({ path: inFolder(`${name}-light.png`) });
    if (name !== 'confusion' && process.env.TUNEBOOK_EVERY_THEME !== '1') return;
    await setTheme(page, 'JupyterLab Dark', 'false');
    await shown.screenshot({ path: inFolder(`${name}-dark.png`) });
    await setTheme(page, 'JupyterLab Light', 'true');
  }

  async function setTheme(page: Page, theme: string, light: string): Promise<void> {
    await choose(page, 'Settings', 'Theme', theme);
    await page.locator(`body[data-jp-theme-light="${light}"]`).waitFor({ state: 'attached' });
    await page.waitForTimeout(300); // the styles of the theme are loaded
  }

  it("share their state with a cell's code, are there after the page was loaded again, and leave their picture", async () => {
    const name = 'own.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { widget } from 'tunebook/widgets';",
        'const counter = widget({',
        '  esm: `export default { render({ model, el }) {',
        "    const button = document.createElement('button');",
        "    button.className = 'own';",
        "    const draw = () => { button.textContent = 'clicked ' + model.get('count'); };",
        "    button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };",
        "    model.on('change:count', draw); draw(); el.append(button);",
        '  } };`,',
        '  state: { count: 0 },',
        '  still: () => \'<p class="picture">the picture of a counter</p>\',',
        '});',
        "counter.onChange(({ count }) => console.log('now', count));",
        'counter',
      ].join('\n'),
      'counter.set({ count: counter.state.count * 10 }); counter.state.count',
    ]);
    const notebook = await open(name);
    const { page } = notebook;
    await run(notebook, 0);
    const button = notebook.cell(0).locator('button.own');
    await button.click();
    await notebook.output(0).filter({ hasText: 'now 1' }).waitFor();
    await button.focus();
    await page.keyboard.press('Enter');
    await notebook.output(0).filter({ hasText: 'now 2' }).waitFor();
    await run(notebook, 1);
    await button.filter({ hasText: 'clicked 20' }).waitFor();
    assert.match((await notebook.output(1).textContent()) ?? '', /20/);
    await reload(notebook);
    await button.filter({ hasText: 'clicked 20' }).waitFor();
    await button.click();
    await button.filter({ hasText: 'clicked 21' }).waitFor();
    assert.deepEqual(notebook.complaints, []);

    // without the kernel that had it, the picture is shown
    await choose(page, 'Kernel', 'Shut Down Kernel');
    await page
      .getByText(/No Kernel|Unknown/)
      .first()
      .waitFor();
    await page.reload();
    await notebook.cell(0).locator('p.picture', { hasText: 'the picture of a counter' }).waitFor();
    await page.screenshot({ path: inFolder('own-still.png') });
    assert.deepEqual(
      notebook.complaints.filter((text) => !known.test(text)),
      [],
    );
    await page.close();
  });

  it('pause, slow down and stop a training, whose result and output are those of a script', async () => {
    const name = 'training.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { buildHead, fit, watch } from 'tunebook';",
        'const values = Float32Array.from({ length: 400 * 8 }, (_, i) => Math.sin(i));',
        'const data = { values, shape: [8], labels: Int32Array.from({ length: 400 }, (_, i) => i % 2) };',
        'const pause = (wanted?: Promise<void>) => wanted ?? new Promise<void>((next) => setTimeout(next, 40));',
        'const result = await watch((listener) =>',
        '  fit(buildHead(8, 2), { train: data }, {',
        '    epochs: 1000, batchSize: 40, learningRate: 0.001,',
        '    listener: { ...listener, pause: () => pause(listener.pause?.()) },',
        '  }),',
        ');',
        'console.log(result.ended, result.history.at(-1).learningRate);',
      ].join('\n'),
    ]);
    const notebook = await open(name, 1500);
    const { page } = notebook;
    await notebook.editEnd(0);
    await page.keyboard.press('Control+Enter');
    const controls = widgetIn(notebook, 0);
    await controls.locator('.line', { hasText: /^epoch \d+ of 1000/ }).waitFor();
    await controls.getByRole('button', { name: 'Pause' }).click();
    await controls.getByText('Paused. What was learned so far is kept.').waitFor();
    const line = await controls.locator('.line').textContent();
    await photograph(page, controls, 'training');
    await page.waitForTimeout(500);
    assert.equal(await controls.locator('.line').textContent(), line, 'nothing is trained while it is paused');
    await controls.getByRole('button', { name: 'Halve the learning rate' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await controls.getByText('The learning rate was halved 2 times.').waitFor();
    await controls.getByRole('button', { name: 'Continue' }).click();
    await controls
      .locator('.line')
      .filter({ hasNotText: line ?? '' })
      .waitFor();
    await page.screenshot({ path: inFolder('training-page.png') });
    await controls.getByRole('button', { name: 'Stop' }).click();
    await notebook.finished(0, 30_000);
    await notebook.output(0).filter({ hasText: 'stopped 0.00025' }).waitFor();
    assert.equal(await controls.count(), 0, 'the buttons are gone');
    await notebook.save();
    const types = outputsOf(inFolder(name)).flatMap(({ data = {} }) => Object.keys(data));
    assert.ok(types.includes('image/png') && !types.some((type) => type.includes('widget')), types.join());
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });

  it('clean labels by mouse and keyboard; decisions are in the file, and there after a reload and a restart', async () => {
    const photos = inFolder('photos');
    cpSync(await stripesFolder(8), photos, { recursive: true });
    for (const i of [20, 21, 22]) writePicture(join(photos, 'green', `${i}.png`), await stripes('red', i));
    writePicture(join(photos, 'blue', 'copy.png'), readFileSync(join(photos, 'blue', '1.png')));
    const name = 'cleaning.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { openDataset } from 'tunebook';",
        "import { cleanLabels } from 'tunebook/widgets';",
        "const photos = await openDataset('photos');",
        'const suspects = [20, 21, 22].map((i) => ({ file: "green/" + i + ".png", suggested: "red", reason: "predicted as red, 97%" }));',
        'const cleaning = await cleanLabels(photos, { suspects });',
        'cleaning',
      ].join('\n'),
      "(await openDataset('photos')).corrections",
    ]);
    const decided = () =>
      readCorrections({ folder: photos }).map(({ file, action, label = '' }) => [file, action, label].join());
    const notebook = await open(name, 1500);
    const { page } = notebook;
    await run(notebook, 0);
    const shown = widgetIn(notebook, 0);
    const card = (file: string) => shown.locator(`.card[data-name="${file}"]`);
    const says = (text: string) => shown.getByRole('status').filter({ hasText: text }).waitFor();
    await card('green/22.png').locator('img[src^="blob:"]').waitFor();

    await card('green/20.png').getByRole('button', { name: 'red', exact: true }).click();
    await says('green/20.png: relabelled as red. Saved.');
    await card('green/21.png').getByRole('combobox').selectOption('blue');
    await says('green/21.png: relabelled as blue. Saved.');
    assert.deepEqual(decided(), ['green/20.png,relabel,red', 'green/21.png,relabel,blue']);
    await photograph(page, shown, 'cleaning');

    // the keyboard: X leaves out and does not cut the cell, U undoes, Ctrl+S still saves the notebook
    await card('green/20.png').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('x');
    await says('green/21.png: left out. Saved.');
    await page.keyboard.press('k');
    await says('green/22.png: kept. Saved.');
    await page.keyboard.press('u');
    await says('Undone: green/22.png.');
    assert.deepEqual(decided(), ['green/20.png,relabel,red', 'green/21.png,leave out,']);
    assert.equal(await notebook.cell(0).count(), 1, 'the cell was not cut');

    // lists and classes
    await shown.getByRole('tab', { name: /Near duplicates/ }).click();
    await card('blue/copy.png').waitFor();
    await page.keyboard.press('ArrowRight');
    await shown
      .getByText(/No dark, overexposed or blurred pictures|labelled/)
      .first()
      .waitFor();
    await shown.getByRole('tab', { name: /Near duplicates/ }).click();
    await shown.locator('[data-part="page"] select').selectOption('red');
    await shown.getByText('No pictures that look like others.').waitFor();

    await reload(notebook);
    await shown.getByText('No pictures that look like others.').waitFor();
    await shown.locator('[data-part="page"] select').selectOption('');
    await shown.getByRole('tab', { name: /Suspect labels/ }).click();
    await card('green/21.png').getByText('left out').waitFor();
    await run(notebook, 1);
    assert.match((await notebook.output(1).textContent()) ?? '', /relabeled: 1,\s*leftOut: 1/);

    // a new kernel: the decisions come from the file
    await choose(page, 'Kernel', 'Restart Kernel…');
    await page.locator('.jp-Dialog button', { hasText: 'Restart' }).click();
    await page.getByText(/^TypeScript.* \| Idle$/).waitFor();
    await notebook.editEnd(0);
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(
      [
        "import { openDataset } from 'tunebook';",
        "import { cleanLabels } from 'tunebook/widgets';",
        "await cleanLabels(await openDataset('photos'))",
      ].join('\n'),
    );
    await page.keyboard.press('Control+Enter');
    await shown.getByRole('tab', { name: 'Decided (2)' }).click();
    await card('green/21.png').getByText('left out').waitFor();
    await card('green/21.png').focus();
    await page.keyboard.press('c');
    await says('green/21.png: no decision. Saved.');
    assert.deepEqual(decided(), ['green/20.png,relabel,red']);
    await page.screenshot({ path: inFolder('cleaning-page.png') });
    assert.deepEqual(
      notebook.complaints.filter((text) => !known.test(text)),
      [],
    );
    await page.close();
  });

  it('choose a learning rate by a click, a drag, the keyboard and typing', async () => {
    const name = 'rate.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { chooseLearningRate } from 'tunebook/widgets';",
        'const steps = Array.from({ length: 60 }, (_, i) => {',
        '  const smoothed = i < 45 ? 2 - i / 30 : 0.5 + (i - 44) ** 2 / 20;',
        '  return { learningRate: 1e-5 * 10 ** (i / 12), loss: smoothed, smoothed };',
        '});',
        'const choice = chooseLearningRate({ steps, valley: 0.003, steepest: 0.02 });',
        'choice',
      ].join('\n'),
      'choice.learningRate',
    ]);
    const notebook = await open(name);
    const { page } = notebook;
    await run(notebook, 0);
    const shown = widgetIn(notebook, 0);
    const svg = shown.locator('svg');
    const chosen = async () => {
      await page.waitForTimeout(500); // widgets send changes that follow each other quickly one after the other
      await run(notebook, 1);
      return Number(await notebook.output(1).textContent());
    };
    assert.equal(await chosen(), 0.003);
    const box = (await svg.boundingBox())!;
    const at = (part: number) => [box.x + box.width * part, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.3));
    await shown.getByText(/^learning rate .*, loss /).waitFor();
    await page.mouse.down();
    await page.mouse.up();
    const clicked = await chosen();
    assert.ok(clicked > 1e-5 && clicked < 1e-3, `${clicked}`);
    await page.mouse.move(...at(0.3));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 4 });
    await page.mouse.move(...at(0.7), { steps: 4 });
    await page.mouse.up();
    const dragged = await chosen();
    assert.ok(dragged > 10 * clicked, `${clicked}, then ${dragged}`);
    await shown.getByRole('slider').focus();
    await page.keyboard.press('ArrowLeft');
    const moved = await chosen();
    assert.ok(moved < dragged, `${dragged}, then ${moved}`);
    await shown.getByRole('textbox').fill('nonsense');
    await page.keyboard.press('Enter');
    await shown.getByText("'nonsense' is not a learning rate").waitFor();
    await shown.getByRole('textbox').fill('4e-3');
    await page.keyboard.press('Enter');
    await photograph(page, shown, 'rate');
    assert.equal(await chosen(), 0.004);
    await reload(notebook);
    await shown.getByText('Chosen: 0.004.').waitFor();
    await shown.getByRole('button', { name: 'Take steepest' }).click();
    assert.equal(await chosen(), 0.02);
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });

  it('explore augmentations with sliders: the pictures and the code follow, and stay after a reload', async () => {
    const name = 'augmentation.ipynb';
    if (!existsSync(inFolder('pictures'))) cpSync(await stripesFolder(8), inFolder('pictures'), { recursive: true });
    writeNotebook(inFolder(name), [
      [
        "import { openDataset } from 'tunebook';",
        "import { exploreAugmentation } from 'tunebook/widgets';",
        "const explorer = await exploreAugmentation(await openDataset('pictures'), { start: 'none' });",
        'explorer',
      ].join('\n'),
      'explorer.augmentation?.name',
    ]);
    const notebook = await open(name, 1500);
    const { page } = notebook;
    await run(notebook, 0);
    const shown = widgetIn(notebook, 0);
    const images = shown.locator('.pictures img');
    await images.nth(7).waitFor();
    const first = async () => images.first().getAttribute('src');
    /** Do something, and wait until other pictures are drawn. */
    const drawnAgain = async (act: () => Promise<unknown>) => {
      const before = await first();
      await act();
      for (let i = 0; (await first()) === before && i < 100; i++) await page.waitForTimeout(50);
      assert.notEqual(await first(), before);
    };
    const rotation = shown.getByLabel('Rotation');
    const box = (await rotation.boundingBox())!;
    await drawnAgain(async () => {
      await page.mouse.move(box.x + 3, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 5 });
      await page.mouse.up();
    });
    await shown.getByText(/augment\.rotation\(\{ degrees: \d+, fill: 'reflect' \}\)/).waitFor();
    await shown.getByLabel('Horizontal flip').focus();
    await drawnAgain(() => page.keyboard.press('End'));
    await shown.getByText('augment.horizontalFlip({ probability: 1 })').waitFor();
    await drawnAgain(() => shown.getByRole('button', { name: 'New random numbers' }).click());
    await drawnAgain(() => shown.getByLabel('Fill').selectOption('wrap'));
    await run(notebook, 1);
    assert.match((await notebook.output(1).textContent()) ?? '', /rotation \+ horizontalFlip/);
    await photograph(page, shown, 'augmentation');
    await reload(notebook);
    await shown.getByText(/augment\.rotation\(\{ degrees: \d+, fill: 'wrap' \}\)/).waitFor();
    assert.equal(await shown.getByLabel('Horizontal flip').inputValue(), '1');
    await drawnAgain(() => shown.getByLabel('Start from').selectOption('strong'));
    await shown.getByText('augment.randomErasing({ probability: 0.25 })').waitFor();
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });

  it('interact: sliders choose what a function shows, by mouse and keyboard, and stay where they are after a reload', async () => {
    const name = 'interact.ipynb';
    writeNotebook(inFolder(name), [
      [
        "import { charts } from 'tunebook';",
        "import { interact } from 'tunebook/widgets';",
        'const history = (pictures, seed) => [1, 2, 3, 4].map((epoch) => {',
        '  const accuracy = 1 - 1 / (epoch + pictures + seed / 4);',
        '  const loss = 1 - accuracy;',
        '  return { epoch, loss, accuracy, validationLoss: loss, validationAccuracy: accuracy, learningRate: 1, seconds: 1 };',
        '});',
        'const shown = await interact(',
        '  ({ pictures, seed }) => {',
        "    if (pictures === 16 && seed === 3) throw new Error('this run is missing');",
        "    return charts.compareCurves({ [pictures + ' pictures']: history(pictures, seed) }, { title: 'Seed ' + seed });",
        '  },',
        '  { pictures: [1, 2, 4, 8, 16], seed: [1, 2, 3] },',
        "  { start: { pictures: 8 }, title: 'Accuracy by pictures' },",
        ');',
        'shown',
      ].join('\n'),
      "[shown.values.pictures.toFixed(1), shown.values.seed.toFixed(1)].join(' ')",
    ]);
    const notebook = await open(name);
    const { page } = notebook;
    await run(notebook, 0);
    const shown = widgetIn(notebook, 0);
    const slider = (label: string) => shown.getByRole('slider', { name: label });
    /** Wait for the chart of some pictures, which its description names with the last accuracy. */
    const chartOf = (pictures: number) => shown.getByRole('img', { name: `accuracy ${pictures} pictures` });
    await chartOf(8).waitFor();
    const start = await chartOf(8).getAttribute('alt');
    const top = (await chartOf(8).boundingBox())!.y;
    await slider('pictures').focus();
    await page.keyboard.press('ArrowLeft');
    await chartOf(4).waitFor();
    assert.equal(await slider('pictures').getAttribute('aria-valuetext'), '4');
    assert.equal((await chartOf(4).boundingBox())!.y, top, 'the picture stays where it was');
    const box = (await slider('seed').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForTimeout(500); // widgets send changes that follow each other quickly one after the other
    await run(notebook, 1);
    assert.match((await notebook.output(1).textContent()) ?? '', /4\.0 2\.0/);
    await photograph(page, shown, 'interact');
    await slider('pictures').focus();
    await page.keyboard.press('End');
    await slider('seed').focus();
    await page.keyboard.press('End');
    await shown.getByRole('alert').getByText('Nothing to show for pictures 16, seed 3: this run is missing').waitFor();
    await page.keyboard.press('Home');
    await chartOf(16).waitFor();
    await reload(notebook);
    await chartOf(16).waitFor();
    assert.equal(await slider('pictures').inputValue(), '4');
    assert.equal(await slider('seed').inputValue(), '0');
    const [output] = outputsOf(inFolder(name));
    assert.ok(output?.data && 'image/png' in output.data);
    assert.match([output.data['text/plain']].flat().join(''), /^Accuracy by pictures: pictures 8, seed 1\n/);
    assert.match(start ?? '', /8 pictures/);
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });

  it('explore the mistakes of a run, and try its model on a photo that is dropped, chosen or pasted', async () => {
    const name = 'run.ipynb';
    if (!existsSync(inFolder('pictures'))) cpSync(await stripesFolder(8), inFolder('pictures'), { recursive: true });
    writeFileSync(inFolder('own.png'), await stripes('red', 33, 200));
    writeFileSync(inFolder('text.txt'), 'this is no picture');
    writeNotebook(inFolder(name), [
      [
        "import { openDataset, train } from 'tunebook';",
        "import { exploreConfusion, tryModel } from 'tunebook/widgets';",
        "const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 1, cache: false } as const;",
        "const result = await train(await openDataset('pictures'), options);",
        'const explorer = await exploreConfusion(result);',
        'explorer',
      ].join('\n'),
      'const trial = await tryModel(result); trial',
      "[explorer.selected.length, explorer.positive, explorer.threshold, trial.last?.name].join(' ')",
    ]);
    const notebook = await open(name, 2600);
    const { page } = notebook;
    await run(notebook, 0, 120_000);
    await run(notebook, 1, 120_000);
    const confusion = widgetIn(notebook, 0);
    const cell = confusion.locator('.matrix tbody button').first();
    const value = Number(await cell.textContent());
    await cell.click();
    await confusion
      .getByRole('status')
      .filter({ hasText: `${value} picture` })
      .waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await confusion.getByRole('status').filter({ hasText: 'predicted as' }).waitFor();
    await confusion.getByLabel('Class', { exact: true }).selectOption('red');
    const slider = confusion.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await confusion.getByText(/^red from 0\.51 on: precision .*, recall /).waitFor();
    const box = (await slider.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.51, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await confusion.getByText(/^red from 0\.0\d on: .*recall 100\.0%/).waitFor();
    await confusion.locator('svg[role="application"]').click({ position: { x: 100, y: 100 } });
    await confusion.locator('.cards figure').first().waitFor();
    for (let i = 0; (await confusion.locator('.cards figure').count()) !== 1 && i < 100; i++)
      await page.waitForTimeout(50);
    assert.equal(await confusion.locator('.cards figure').count(), 1, 'the picture of the point');
    await confusion.locator('.cards img[src^="blob:"]').waitFor();
    await photograph(page, confusion, 'confusion');

    const trial = widgetIn(notebook, 1);
    await trial.locator('input[type=file]').setInputFiles(inFolder('own.png'));
    await trial.getByText(/^own\.png: (red|green|blue), \d+\.\d%$/).waitFor();
    assert.equal(await trial.locator('.near figure').count(), 5);
    assert.equal(await trial.locator('.bars tr').count(), 3);
    const bytes = readFileSync(inFolder('own.png')).toString('base64');
    /** Drop or paste a file, as a browser does. */
    const give = (kind: 'drop' | 'paste', file: string, content: string) =>
      trial.locator('.drop').evaluate(
        (target, [type, fileName, base64]) => {
          // the browser's own classes, whose types this project does not have
          const made = globalThis as unknown as Record<string, new (...parts: unknown[]) => never>;
          const data = new made.DataTransfer!() as { items: { add(file: File): void } };
          const decoded = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          data.items.add(new File([decoded], fileName));
          const init = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
          (target as unknown as EventTarget).dispatchEvent(
            type === 'drop' ? new made.DragEvent!('drop', init) : new made.ClipboardEvent!('paste', init),
          );
        },
        [kind, file, content] as const,
      );
    await give('drop', 'dropped.png', bytes);
    await trial.getByText(/^dropped\.png: /).waitFor();
    await give('paste', 'pasted.png', bytes);
    await trial.getByText(/^pasted\.png: /).waitFor();
    await give('drop', 'text.txt', readFileSync(inFolder('text.txt')).toString('base64'));
    await trial
      .getByRole('status')
      .filter({ hasText: /^text\.txt: / })
      .waitFor();
    await photograph(page, trial, 'trial');
    await run(notebook, 2);
    assert.match((await notebook.output(2).textContent()) ?? '', /1 red 0(\.0\d)? pasted\.png/);
    await reload(notebook);
    await trial.getByText(/^pasted\.png: /).waitFor();
    await trial.locator('.near img[src^="blob:"]').first().waitFor();
    assert.deepEqual(notebook.complaints, []);
    await page.close();
  });
});
