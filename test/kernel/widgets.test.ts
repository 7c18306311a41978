import assert from 'node:assert/strict';
import { type Message, Session } from './session';

const view = 'application/vnd.jupyter.widget-view+json';

describe('tunebook/widgets in cells', function () {
  this.timeout(120_000);
  let session: Session;
  let id: string;
  let outputs: Message[];
  before(async () => {
    session = await Session.start();
    const { messages, error } = await session.run(`
      import { widget } from 'tunebook/widgets';
      const counter = widget({
        esm: 'export default { render() {} };',
        state: { count: 1, bytes: new Uint8Array() },
        still: ({ count }) => '<p>' + count + '</p>',
      });
      counter.onChange(({ count }) => console.log('count', count));
      counter.onMessage((content, buffers) => counter.send({ back: content }, buffers));
      counter`);
    assert.equal(error, undefined);
    outputs = messages;
    id = String(messages.find(({ type }) => type === 'comm_open')?.content.comm_id);
  });
  after(() => session?.stop());

  it('are shown as the last value, after their model was opened, with a picture and a text', () => {
    const types = outputs.map(({ type }) => type).filter((type) => type !== 'status');
    assert.deepEqual(types, ['execute_input', 'comm_open', 'execute_result']);
    const data = outputs.at(-2)!.content.data as Record<string, unknown>;
    assert.equal((data[view] as { model_id: string }).model_id, id);
    assert.equal(data['text/html'], '<p>1</p>');
    assert.match(String(data['text/plain']), /count: 1/);
  });

  it('share their state with the browser in both directions', async () => {
    const changed = { comm_id: id, data: { method: 'update', state: { count: 5 }, buffer_paths: [['bytes']] } };
    const messages = await session.tellComm('comm_msg', changed, { buffers: [Uint8Array.of(1, 2)] });
    const echo = messages.find(({ type }) => type === 'comm_msg')!;
    assert.equal((echo.content.data as { method: string }).method, 'echo_update');
    assert.equal(
      (await session.run('[counter.state.count, ...counter.state.bytes].join()')).result?.['text/plain'],
      '5,1,2',
    );
    const { messages: own } = await session.run('counter.set({ count: 9 })');
    const update = own.find(({ type }) => type === 'comm_msg')!;
    assert.deepEqual(update.content.data, { method: 'update', state: { count: 9 }, buffer_paths: [] });
  });

  it('exchange messages of their own with the browser', async () => {
    await session.tellComm(
      'comm_msg',
      { comm_id: id, data: { method: 'custom', content: 'hi' } },
      { buffers: [Uint8Array.of(3)] },
    );
    const isBack = ({ type, content }: Message) =>
      type === 'comm_msg' && (content.data as { content?: { back?: string } }).content?.back === 'hi';
    assert.equal((await session.find(isBack)).buffers[0], Buffer.from([3]).toString('base64'));
  });

  it('are restored in a page that was loaded again', async () => {
    await session.tellComm('comm_open', { comm_id: 'control', target_name: 'jupyter.widget.control', data: {} });
    await session.tellComm('comm_msg', { comm_id: 'control', data: { method: 'request_states' } });
    const answer = await session.find(({ type, content }) => type === 'comm_msg' && content.comm_id === 'control');
    const { states } = answer.content.data as { states: Record<string, { state: { count: number } }> };
    assert.equal(states[id]!.state.count, 9);
  });

  it('stop a training, pause it and lower its learning rate while it runs, as its buttons do', async () => {
    const running = await session.begin(`
      import { fit, buildHead, watch } from 'tunebook';
      const values = Float32Array.from({ length: 400 * 8 }, (_, i) => Math.sin(i));
      const data = { values, shape: [8], labels: Int32Array.from({ length: 400 }, (_, i) => i % 2) };
      const slow = { pause: () => new Promise<void>((next) => setTimeout(next, 30)) };
      const result = await watch((listener) =>
        fit(buildHead(8, 2), { train: data }, {
          epochs: 1000, batchSize: 40, learningRate: 0.01,
          listener: { ...listener, pause: () => listener.pause?.() ?? slow.pause() },
        }),
      );
      console.log('ended', result.ended, result.history.at(-1).learningRate);`);
    const opened = await session.find(
      ({ type, content }) =>
        type === 'comm_open' && Boolean((content.data as { state?: { status?: string } }).state?.status),
    );
    const controls = String(opened.content.comm_id);
    const press = (what: string) =>
      session.tellComm('comm_msg', { comm_id: controls, data: { method: 'custom', content: { do: what } } });
    const hasStatus = (status: string) => (message: Message) =>
      message.type === 'comm_msg' &&
      message.content.comm_id === controls &&
      (message.content.data as { state?: { status?: string } }).state?.status === status;
    await press('shown');
    await press('halve');
    await press('halve');
    await press('pause');
    await session.find(hasStatus('paused'));
    await press('nonsense');
    await press('continue');
    await session.find(hasStatus('training'));
    await press('stop');
    const { stdout, error, messages } = await running.finished;
    assert.equal(error, undefined, error?.traceback.join('\n'));
    assert.match(stdout, /ended stopped 0\.0025\n/);
    const closed = messages.some(({ type, content }) => type === 'comm_close' && content.comm_id === controls);
    assert.ok(closed, 'the controls are removed');
    const last = messages
      .filter(({ type }) => type === 'update_display_data')
      .map(({ content }) => content.data as object);
    assert.ok(last.length > 0 && !(view in last.at(-1)!), 'the notebook keeps the line alone');
  });
});
