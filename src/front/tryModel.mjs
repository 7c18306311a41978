import { element, follow, jpegUrl, rootIn } from './shared.mjs';

// Try a model: drop, paste or choose a photo, or take one with the camera. Values: `name`, `classes` ({ name, probability }, the most
// probable first), `neighbors` ({ name, class, distance }), `pictures` (JPEGs: the photo, its heat map, the neighbours), `temperature`,
// `problem`, `message`, `busy`. Message: { do: 'picture', name } with the file's bytes.

/** The most classes with a bar. */
const most = 10;

const styles = `
.tunebook .drop { border: 2px dashed var(--tb-line); border-radius: 8px; padding: 14px; }
.tunebook .drop.over { border-color: var(--tb-blue); background: var(--tb-raised); }
.tunebook .result { display: flex; flex-wrap: wrap; gap: 12px; margin-top: 8px; }
.tunebook figure { margin: 0; }
.tunebook .large { width: 200px; }
.tunebook .title { display: block; margin-top: 8px; }
.tunebook .large img { width: 200px; height: 200px; border-radius: 4px; display: block; }
.tunebook .bars { flex: 1 1 240px; border-collapse: collapse; align-self: start; }
.tunebook .bars td { padding: 2px 6px; border: 0; text-align: left; }
.tunebook .bars .track { width: 60%; }
.tunebook .bars .track div { height: 14px; border-radius: 3px; background: var(--tb-blue); min-width: 2px; }
.tunebook .near { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.tunebook .near figure { width: 104px; overflow-wrap: anywhere; font-size: 12px; }
.tunebook .near img { width: 100px; height: 100px; border-radius: 4px; display: block; }
.tunebook video { width: 320px; max-width: 100%; border-radius: 4px; display: block; margin: 8px 0; }
`;

/** @param {{ model: import('./shared.mjs').Model, el: HTMLElement }} context */
function render({ model, el }) {
  const root = rootIn(el, 'Try the model');
  root.tabIndex = -1; // a click makes it the place where a picture is pasted
  /** @type {string[]} */
  let urls = [];
  /** @type {MediaStream | undefined} */
  let stream;
  const send = async (/** @type {Blob} */ file, /** @type {string} */ name) => {
    model.send({ do: 'picture', name }, undefined, [await file.arrayBuffer()]);
  };
  const choose = element('input', {
    type: 'file',
    accept: 'image/*,.heic,.jxl,.jp2,.tif,.tiff',
    'aria-label': 'Choose a photo',
  });
  choose.addEventListener('change', () => {
    const [file] = choose.files ?? [];
    if (file) void send(file, file.name);
    choose.value = ''; // so that the same file can be chosen again
  });
  const camera = element('button', { type: 'button', onclick: () => (stream ? takePhoto() : openCamera()) }, 'Camera');
  const close = element('button', { type: 'button', hidden: true, onclick: () => closeCamera() }, 'Close the camera');
  const video = element('video', { hidden: true, muted: true, autoplay: true, playsInline: true });
  const status = element('div', { role: 'status' });
  const drop = element(
    'div',
    { class: 'drop' },
    element('div', {}, 'Drop a photo here, paste one (Ctrl+V), or choose one:'),
    element('div', { class: 'bar' }, choose, camera, close),
    video,
  );
  const title = element('strong', { class: 'title' });
  const photo = element('img', { alt: '' });
  const heat = element('img', { alt: '' });
  const heatText = element('span');
  const bars = element('table', { class: 'bars', 'aria-label': 'Probabilities' });
  const near = element('div', { class: 'near', role: 'group', 'aria-label': 'Nearest training pictures' });
  const note = element('div', { class: 'muted' });
  const result = element(
    'div',
    { hidden: true },
    title,
    element(
      'div',
      { class: 'result' },
      element('figure', { class: 'large' }, photo, element('figcaption', { class: 'muted' }, 'what the model sees')),
      element('figure', { class: 'large' }, heat, element('figcaption', { class: 'muted' }, heatText)),
      bars,
    ),
    note,
    near,
  );
  root.append(element('style', {}, styles), drop, status, result);

  drop.addEventListener('dragover', (event) => {
    event.preventDefault();
    event.stopPropagation();
    drop.classList.add('over');
  });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would open the file
    drop.classList.remove('over');
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void send(file, file.name);
  });
  root.addEventListener('paste', (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void send(file, file.name || 'pasted picture');
  });

  async function openCamera() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: true });
    } catch (error) {
      status.textContent = `The camera cannot be used: ${error instanceof Error ? error.message : error}.`;
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    close.hidden = false;
    camera.textContent = 'Take the photo';
  }
  function takePhoto() {
    const canvas = element('canvas', { width: video.videoWidth, height: video.videoHeight });
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    canvas.toBlob((blob) => blob && send(blob, 'photo of the camera'), 'image/png');
  }
  function closeCamera() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    video.hidden = true;
    close.hidden = true;
    camera.textContent = 'Camera';
  }

  const percent = (/** @type {number} */ probability) => `${(100 * probability).toFixed(1)}%`;
  const ends = [
    follow(model, ['message', 'busy'], () => {
      status.textContent = model.get('busy') ? 'The model is at work.' : model.get('message');
    }),
    follow(model, ['classes', 'neighbors', 'pictures', 'name'], () => {
      for (const url of urls) URL.revokeObjectURL(url);
      urls = model.get('pictures').map(jpegUrl);
      const classes = model.get('classes');
      result.hidden = classes.length === 0;
      if (classes.length === 0) return;
      title.textContent = `${model.get('name')}: ${classes[0].name}, ${percent(classes[0].probability)}`;
      Object.assign(photo, { src: urls[0] ?? '', alt: model.get('name') });
      Object.assign(heat, { src: urls[1] ?? '', alt: `Grad-CAM heat map for ${classes[0].name}` });
      heatText.textContent = `Grad-CAM for ${classes[0].name}: yellow where the picture raises the score of this class most, blue where it does not`;
      bars.replaceChildren(
        ...classes.slice(0, most).map((/** @type {{ name: string, probability: number }} */ { name, probability }) => {
          const bar = element('div', {});
          bar.style.width = percent(probability);
          return element(
            'tr',
            {},
            element('td', {}, name),
            element('td', { class: 'track' }, bar),
            element('td', {}, percent(probability)),
          );
        }),
      );
      const temperature = Number(model.get('temperature').toPrecision(3));
      const calibrated =
        temperature === 1
          ? 'Probabilities as the model gives them.'
          : `Calibrated on the validation pictures (temperature ${temperature}).`;
      const nearest =
        model.get('neighbors').length > 0
          ? ' Below: the training pictures with the most similar features (cosine distance from 0 to 2).'
          : '';
      note.textContent = [calibrated + nearest, model.get('problem')].filter(Boolean).join(' ');
      near.replaceChildren(
        ...model
          .get('neighbors')
          .map((/** @type {{ name: string, class: string, distance: number }} */ one, /** @type {number} */ i) =>
            element(
              'figure',
              {},
              element('img', { src: urls[i + 2] ?? '', alt: one.name }),
              element(
                'figcaption',
                {},
                element('strong', {}, one.class),
                ` ${one.name}, distance ${one.distance.toFixed(2)}`,
              ),
            ),
          ),
      );
    }),
  ];
  return () => {
    closeCamera();
    for (const end of ends) end();
    for (const url of urls) URL.revokeObjectURL(url);
  };
}

export default { render };
