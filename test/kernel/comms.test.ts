import assert from 'node:assert/strict';
import { type Message, Session } from './session';

/** A cell that opens a comm and keeps what it receives in `received`. */
const openComm = `
  const comms = globalThis[Symbol.for('tunebook.comms')];
  const received = [];
  let closed = false;
  const comm = comms.open('some.target', { rate: 0.1 }, { metadata: { version: '2.1.0' }, buffers: [Uint8Array.of(1, 2, 255)] }, {
    onMessage: (message) => {
      received.push(message);
      console.log('received', JSON.stringify(message.data));
      if (message.data.echo) comm.send({ echo: message.data.echo }, { buffers: message.buffers, answers: message.number });
      if (message.data.fail) throw new Error('the listener failed');
      if (message.data.hang) for (;;);
    },
    onClose: () => { closed = true; },
  });
`;

const bytes = (base64: string | undefined) => [...Buffer.from(base64 ?? '', 'base64')];

describe('comms', function () {
  this.timeout(60_000);
  let session: Session;
  let opened: Message;
  let id: string;
  before(async () => {
    session = await Session.start();
    const { messages } = await session.run(openComm);
    opened = messages.find(({ type }) => type === 'comm_open')!;
    id = String(opened.content.comm_id);
  });
  after(() => session?.stop());

  const value = async (code: string) => (await session.run(code)).result?.['text/plain'];

  it('are opened by a cell, with data, metadata and binary data', () => {
    assert.equal(opened.content.target_name, 'some.target');
    assert.deepEqual(opened.content.data, { rate: 0.1 });
    assert.equal(opened.metadata.version, '2.1.0');
    assert.deepEqual(opened.buffers.map(bytes), [[1, 2, 255]]);
  });

  it('are listed, all or those of a target', async () => {
    const all = { status: 'ok', comms: { [id]: { target_name: 'some.target' } } };
    assert.deepEqual(await session.ask('comm_info_request', {}), all);
    assert.deepEqual(await session.ask('comm_info_request', { target_name: 'some.target' }), all);
    assert.deepEqual(await session.ask('comm_info_request', { target_name: 'another' }), { status: 'ok', comms: {} });
  });

  it('receive messages with binary data, which have memory of their own, and answer them', async () => {
    const big = new Uint8Array(3_000_000).map((_, i) => i % 251);
    const buffers = [new Uint8Array(new Float32Array([1.5, -2]).buffer), new Uint8Array(), big];
    const messages = await session.tellComm('comm_msg', { comm_id: id, data: { echo: 'ä' } }, { buffers });
    const states = messages.filter(({ type }) => type === 'status').map(({ content }) => content.execution_state);
    assert.deepEqual(states, ['busy', 'idle']);
    const answer = messages.find(({ type }) => type === 'comm_msg')!;
    assert.deepEqual(answer.content, { comm_id: id, data: { echo: 'ä' } });
    assert.deepEqual(
      answer.buffers.map(bytes),
      buffers.map((one) => [...one]),
    );
    assert.equal(await value('new Float32Array(received.at(-1).buffers[0].buffer).join()'), '1.5,-2');
  });

  it('print below the cell that has opened them', async () => {
    const parent = opened.parent;
    await session.tellComm('comm_msg', { comm_id: id, data: { about: 'where' } });
    const printed = await session.find(({ type, content }) => type === 'stream' && /where/.test(String(content.text)));
    assert.equal(printed.parent, parent);
  });

  it('receive messages while a cell awaits something, which stays busy', async () => {
    const running = await session.begin(
      "console.log('on'); const before = received.length; while (received.length < before + 3) await new Promise((next) => setTimeout(next, 5)); received.length - before",
    );
    await running.printed('on');
    for (const step of [1, 2, 3]) await session.tell('comm_msg', { comm_id: id, data: { step } });
    const { result, messages } = await running.finished;
    assert.equal(result?.['text/plain'], '3');
    const states = messages.filter(({ type }) => type === 'status').map(({ content }) => content.execution_state);
    assert.deepEqual([states[0], states.at(-1)], ['busy', 'idle']);
    assert.deepEqual(new Set(states.slice(1, -1)), new Set(['busy']), 'no other idle');
  });

  it('keep their messages in order until a cell that computes has ended', async () => {
    const running = await session.begin(
      "console.log('on'); received.length = 0; const end = Date.now() + 700; while (Date.now() < end); received.length",
    );
    await running.printed('on');
    for (let step = 0; step < 50; step++) await session.tell('comm_msg', { comm_id: id, data: { step } });
    assert.equal((await running.finished).result?.['text/plain'], '0');
    await session.tellComm('comm_msg', { comm_id: id, data: { step: 50 } });
    assert.equal(await value('received.every(({ data }, i) => data.step === i) && received.length'), '51');
  });

  it('report an error of a listener below the cell, and go on', async () => {
    await session.tellComm('comm_msg', { comm_id: id, data: { fail: true } });
    await session.find(
      ({ type, content }) =>
        type === 'stream' && /in the listener of a widget:\n.*listener failed/s.test(String(content.text)),
    );
    assert.equal(await value("'alive'"), 'alive');
  });

  it('end a listener that never returns at the stop button, also while a cell waits', async () => {
    await session.tell('comm_msg', { comm_id: id, data: { hang: 1 } });
    await session.find(({ content }) => /"hang":1/.test(String(content.text)));
    await session.interrupt();
    await session.find(({ type, content }) => type === 'stream' && /KeyboardInterrupt/.test(String(content.text)));

    const running = await session.begin("console.log('on'); await new Promise((done) => setTimeout(done, 60_000));");
    await running.printed('on');
    await session.tell('comm_msg', { comm_id: id, data: { hang: 2 } });
    await session.find(({ content }) => /"hang":2/.test(String(content.text)));
    await session.interrupt();
    assert.equal((await running.finished).error?.ename, 'KeyboardInterrupt');
    assert.equal(await value("'alive'"), 'alive');
  });

  it('can be opened by a frontend where a cell accepts the target, and are closed where none does', async () => {
    const refused = await session.tellComm('comm_open', { comm_id: 'a', target_name: 'nobody', data: {} });
    const close = await session.find(({ type, content }) => type === 'comm_close' && content.comm_id === 'a');
    assert.ok(refused.length >= 2 && close);
    await session.run(
      "comms.accept('mine', (own, { data, buffers }) => { own.send({ hello: data.name, size: buffers[0].length }); return { onMessage: (m) => own.send(m.data) }; });",
    );
    const content = { comm_id: 'b', target_name: 'mine', data: { name: 'x' } };
    await session.tellComm('comm_open', content, { buffers: [Uint8Array.of(1, 2)] });
    const isOwn = ({ type, content: own }: Message) => type === 'comm_msg' && own.comm_id === 'b';
    assert.deepEqual((await session.find(isOwn)).content.data, { hello: 'x', size: 2 });
    await session.tellComm('comm_msg', { comm_id: 'b', data: { again: 1 } });
    await session.find((message) => isOwn(message) && (message.content.data as { again?: 1 }).again === 1);
    const { comms } = await session.ask('comm_info_request', {});
    assert.deepEqual(Object.keys(comms as object).sort(), [id, 'b'].sort());
  });

  it('ignore messages that are no valid ones, and the kernel goes on', async () => {
    const contents: Record<string, unknown>[] = [
      {},
      { comm_id: 5, data: {} },
      { comm_id: 'unknown', data: {} },
      { comm_id: '__proto__', data: {} },
      { comm_id: { toString: 1 }, target_name: [], data: null },
      { comm_id: 'x'.repeat(5000), target_name: 'mine', data: {} },
      { comm_id: id, target_name: 'mine', data: { hello: 'a second time' } },
      { comm_id: 'c', target_name: '__proto__', data: {} },
      { comm_id: 'd', target_name: 'constructor', data: { a: 1 } },
    ];
    for (const type of ['comm_open', 'comm_msg', 'comm_close']) {
      for (const content of contents.slice(0, type === 'comm_open' ? undefined : 6))
        await session.tellComm(type, content);
    }
    for (const data of [null, 5, 'text', [1], undefined]) await session.tellComm('comm_msg', { comm_id: id, data });
    assert.equal(await value('JSON.stringify(received.at(-1).data)'), '{}');
    await session.tell('comm_something', { comm_id: id });
    await session.tell('constructor_request', {});
    await session.tell('__proto__', {});
    assert.equal(await value("'alive'"), 'alive');
  });

  it('ignore frames that are no message, and the kernel goes on', async () => {
    const header = JSON.stringify({ msg_id: '1', msg_type: 'comm_msg', session: 's', username: 'u', version: '5.3' });
    for (const frames of [
      ['null', '{}', '{}', '{}'],
      ['{}', '{}', '{}', '{}'],
      [header, '{}', '{}', 'null'],
      [header, '{}', '{}', '[]'],
      [header, '{}', 'null', '{}'],
      [header, '{}', '{', '{}'],
      ['{"msg_type": 5}', '{}', '{}', '{}'],
      ['{"msg_type": "execute_request"}', '{}', '{}', '{}'],
      ['{"msg_type": "complete_request"}', '{}', '{}', '{}'],
      [header, '{}'],
    ]) {
      await session.tellFrames(...frames);
    }
    assert.equal(await value("'alive'"), 'alive');
    const { status } = await session.ask('execute_request', { code: 5 });
    assert.equal(status, 'error');
  });

  it('are closed by a frontend or by a cell', async () => {
    await session.tellComm('comm_close', { comm_id: id, data: {} });
    assert.equal(await value('comm.send({ lost: true }); closed'), 'true');
    const { messages } = await session.run(
      "const other = comms.open('some.target', {}, {}, {}); other.close(); other.close(); other.send({ late: 1 }); other.id",
    );
    const types = messages.map(({ type }) => type).filter((type) => type.startsWith('comm'));
    assert.deepEqual(types, ['comm_open', 'comm_close']);
    assert.deepEqual(await session.ask('comm_info_request', { target_name: 'some.target' }), {
      status: 'ok',
      comms: {},
    });
  });

  it('work after cells have changed built-in functions', async () => {
    const { result } = await session.run(
      `const third = comms.open('some.target', {}, {}, { onMessage: ({ data }) => { globalThis.got = data.n; } });
       JSON.stringify = () => 'x'; Map.prototype.get = () => undefined; Uint8Array.prototype.set = () => {}; third.id`,
    );
    const third = String(result?.['text/plain']);
    await session.tellComm('comm_msg', { comm_id: third, data: { n: 7 } }, { buffers: [Uint8Array.of(1)] });
    assert.equal(await value('globalThis.got'), '7');
  });
});
