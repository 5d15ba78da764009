// What the pages of the machine work out: commands, covers, settings, the encoder table, graphs, the log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnCover } from '../src/pages/applications/drawn';
import { bodyOf, changesOf, draftOf, emptyDraft, emptyStep, filtered } from '../src/pages/applications/model';
import { joinVariables, joinWords, splitVariables, splitWords } from '../src/pages/applications/words';
import { append, type LogLine, shown } from '../src/pages/diagnostics/loglines';
import { around, fromZero, roundUp } from '../src/pages/diagnostics/scale';
import { layout } from '../src/pages/displays/map';
import { presetOf } from '../src/pages/displays/preset';
import { matrixOf } from '../src/pages/host/matrix';
import { chosen, countOf, marked, type Setting, type Show, shows, typed } from '../src/pages/host/model';

test('a command line becomes the words that a shell would make of it', () => {
  assert.deepEqual(splitWords('steam -bigpicture  steam://open'), ['steam', '-bigpicture', 'steam://open']);
  assert.deepEqual(splitWords(`sh -c 'echo "a  b"' "c d" e\\ f ''`), [
    'sh',
    '-c',
    'echo "a  b"',
    'c d',
    'e f',
    '',
  ]);
  assert.deepEqual(splitWords('"a\\"b" "c\\d"'), ['a"b', 'c\\d']);
  assert.deepEqual(splitWords('  '), []);
  assert.equal(splitWords('echo "open'), undefined);
  assert.equal(splitWords("it's"), undefined);
});

test('words become a command line that means the same', () => {
  for (const words of [
    ['steam', 'steam://rungameid/1'],
    ['sh', '-c', `it's "so" $HOME \\ `],
    ['', ' ', '\t', "'"],
    ['日本', '--x=ä'],
  ])
    assert.deepEqual(splitWords(joinWords(words)), words);
});

test('variables are one per line', () => {
  const variables = { A: '1', B: 'x=y z' };
  assert.deepEqual(splitVariables(joinVariables(variables)), variables);
  assert.deepEqual(splitVariables('\n A=1\n\n'), { A: '1' });
  assert.equal(splitVariables('A=1\nnonsense'), undefined);
  assert.equal(splitVariables('=1'), undefined);
});

test('the form tells what is missing, field by field', () => {
  const { body, problems } = bodyOf(emptyDraft());
  assert.equal(body, undefined);
  assert.deepEqual(problems, { title: 'no_title', command: 'no_command' });
  const step = { ...emptyStep(), undo: 'true' };
  assert.deepEqual(
    bodyOf({ ...emptyDraft(), title: 'A', command: '"b', folder: 'x', variables: 'y', steps: [step] })
      .problems,
    {
      command: 'open_quote',
      folder: 'relative_folder',
      variables: 'bad_variable',
      [`do:${step.row}`]: 'no_do',
    },
  );
});

test('what the host knows survives the form', () => {
  const app = {
    id: 3,
    title: 'Veloren',
    command: ['flatpak', 'run', 'net.veloren.airshipper'],
    working_directory: '/srv/games',
    environment: { MANGOHUD: '1' },
    prepare: [{ do: ['xrandr', '--off'], undo: ['xrandr', '--auto'], elevated: false }],
  };
  const { id, ...rest } = app;
  assert.equal(id, 3);
  assert.deepEqual(bodyOf(draftOf(app), app).body, rest);
  // A row that was added and left empty is no command.
  const draft = draftOf(app);
  assert.deepEqual(bodyOf({ ...draft, steps: [...draft.steps, emptyStep()] }, app).body, rest);
  // A folder that was taken out of the field is taken back.
  assert.equal(bodyOf({ ...draft, folder: '' }, app).body?.working_directory, null);
  // The Desktop keeps its missing command.
  const desktop = { id: 1, title: 'Desktop', command: [] };
  assert.equal('command' in bodyOf(draftOf(desktop), desktop).body!, false);
});

test('only what was changed is sent, and what is hidden can be found', () => {
  const app = { id: 3, title: 'Chess', command: ['chess'], environment: {}, prepare: [], hidden: true };
  const draft = draftOf(app);
  assert.deepEqual(changesOf(bodyOf(draft, app).body!, app), {});
  assert.deepEqual(changesOf(bodyOf({ ...draft, hidden: false }, app).body!, app), { hidden: false });
  assert.deepEqual(changesOf(bodyOf({ ...draft, title: 'Go', variables: 'A=1' }, app).body!, app), {
    title: 'Go',
    environment: { A: '1' },
  });
  const other = { id: 4, title: 'Go', command: ['go'], source: 'hidden:1' };
  assert.deepEqual(filtered([app, other], '', 'hidden'), [app]);
  assert.equal(bodyOf({ ...emptyDraft(), title: 'A', command: 'b' }).body?.hidden, undefined);
});

test('a drawn cover follows from the title', () => {
  assert.deepEqual(drawnCover('Xonotic'), drawnCover('Xonotic'));
  const looks = new Set(
    ['0 A.D.', 'Xonotic', 'Veloren', 'Luanti', 'OpenTTD', 'RetroArch'].map((title) =>
      JSON.stringify(drawnCover(title)),
    ),
  );
  assert.equal(looks.size, 6);
});

const setting = (more: Partial<Setting>): Setting => ({
  id: 'fec_percent',
  group: 'network',
  kind: 'int',
  min: 1,
  max: 80,
  zero_allowed: true,
  default: 20,
  value: 20,
  source: 'default',
  env: 'PUNKTFUNK_FEC_PERCENT',
  flag: '--fec-percent',
  apply: 'next_session',
  help: '',
  allowed: '',
  advanced: false,
  restart_pending: false,
  ...more,
});

test('settings are found by name, id, variable and start option, and by what decides them', () => {
  const rows = [
    setting({}),
    setting({
      id: 'mdns',
      kind: 'bool',
      env: 'PUNKTFUNK_MDNS',
      flag: '--mdns',
      source: 'environment',
      value: false,
    }),
    setting({ id: 'host_name', kind: 'text', env: 'PUNKTFUNK_HOST_NAME', flag: '--host-name', stored: 'x' }),
    setting({ id: 'x264_preset', env: 'PUNKTFUNK_X264_PRESET', flag: '--x264-preset', advanced: true }),
  ];
  const ids = (search: string, show: Show): string[] =>
    chosen(rows, (row) => (row.id === 'mdns' ? 'Announce' : row.id), search, show).map((row) => row.id);
  assert.deepEqual(ids('', 'usual'), ['fec_percent', 'mdns', 'host_name']);
  assert.deepEqual(ids('', 'advanced'), ['x264_preset']);
  assert.deepEqual(ids('X264', 'usual'), ['x264_preset'], 'a search misses nothing');
  assert.deepEqual(ids('X264', 'changed'), []);
  assert.deepEqual(ids('ANNOUNCE', 'usual'), ['mdns']);
  assert.deepEqual(ids('punktfunk_host', 'usual'), ['host_name']);
  assert.deepEqual(ids('--fec', 'usual'), ['fec_percent']);
  assert.deepEqual(ids('', 'changed'), ['host_name']);
  assert.deepEqual(ids('', 'locked'), ['mdns']);
  assert.deepEqual(ids('nothing', 'usual'), []);
  assert.deepEqual(
    shows.map((show) => countOf(rows, show)),
    [3, 1, 1, 1],
  );
});

test('the hit of a search is marked', () => {
  assert.deepEqual(marked('10-bit picture', 'BIT'), [
    ['10-', false],
    ['bit', true],
    [' picture', false],
  ]);
  assert.deepEqual(marked('bitbit', 'bit'), [
    ['bit', true],
    ['bit', true],
  ]);
  assert.deepEqual(marked('x', ' '), [['x', false]]);
});

test('typed values have to fit their setting', () => {
  assert.equal(typed(setting({}), ' 40 '), 40);
  assert.equal(typed(setting({}), '0'), 0);
  assert.equal(typed(setting({ zero_allowed: false }), '0'), undefined);
  for (const bad of ['', '81', '-1', '4.5', '1e2', 'x', '99999999999999999999'])
    assert.equal(typed(setting({}), bad), undefined, bad);
  assert.equal(typed(setting({ kind: 'text', max_len: 4 }), 'äöü'), undefined);
  assert.equal(typed(setting({ kind: 'text', max_len: 6 }), 'äöü'), 'äöü');
});

test('the encoder table: columns in one order, one number per reason', () => {
  const { columns, rows, reasons } = matrixOf([
    {
      name: 'nvenc',
      hardware: true,
      codecs: [
        { codec: 'av1', ok: false, reason: 'too old' },
        { codec: 'hevc', ten_bit: true, ok: false, reason: 'too old' },
        { codec: 'h264', ok: true, frame_us: 1100 },
      ],
    },
    {
      name: 'x264',
      hardware: false,
      codecs: [
        { codec: 'h264', ok: true },
        { codec: 'h264', full_chroma: true, ok: false, reason: 'off' },
      ],
    },
  ]);
  assert.deepEqual(
    columns.map((c) => `${c.codec}${c.tenBit ? '+10' : ''}${c.fullChroma ? '+444' : ''}`),
    ['h264', 'h264+444', 'hevc+10', 'av1'],
  );
  assert.deepEqual(rows[0]!.cells, [
    { state: 'works', frameUs: 1100 },
    { state: 'unknown' },
    { state: 'not', reason: 1 },
    { state: 'not', reason: 1 },
  ]);
  assert.deepEqual(rows[1]!.cells[1], { state: 'not', reason: 2 });
  assert.deepEqual(reasons, [
    { encoder: 'nvenc', text: 'too old' },
    { encoder: 'x264', text: 'off' },
  ]);
});

test('axes are round and hold every value', () => {
  assert.deepEqual([0, 0.31, 1.08, 9.4, 58.7, 1000].map(roundUp), [1, 0.4, 1.5, 10, 60, 1000]);
  assert.deepEqual(fromZero([undefined, 1.08], 0.5), { bottom: 0, top: 1.5 });
  for (const values of [[58.7, 60, 41], [0, 0.1], [59.9, 60.1], [7], [1e6, 1e6 + 3]]) {
    const { bottom, top } = around(values, 8);
    assert.ok(
      bottom >= 0 && bottom <= Math.min(...values) && top >= Math.max(...values),
      `${values}: ${bottom} to ${top}`,
    );
  }
});

test('the log keeps its order, drops doubles and is filtered by level and text', () => {
  const line = (seq: number, level: LogLine['level'], msg: string): LogLine => ({
    seq,
    ts_ms: seq,
    level,
    target: 'net.pacer',
    msg,
  });
  const first = append([], [line(1, 'debug', 'a'), line(2, 'warn', 'B')]);
  const both = append(first, [line(2, 'warn', 'B'), line(3, 'error', 'c')]);
  assert.deepEqual(
    both.map((l) => l.seq),
    [1, 2, 3],
  );
  assert.equal(append(both, []), both);
  assert.deepEqual(
    shown(both, 'warn', '').map((l) => l.seq),
    [2, 3],
  );
  assert.deepEqual(
    shown(both, 'debug', 'b').map((l) => l.seq),
    [2],
  );
  assert.deepEqual(
    shown(both, 'debug', 'PACER').map((l) => l.seq),
    [1, 2, 3],
  );
});

test('the map of displays is to scale and without overlap', () => {
  const { width, boxes } = layout(['3840x2160@60', '1280x800@90', 'nonsense']);
  assert.ok(boxes[0]!.width > boxes[1]!.width);
  for (let i = 1; i < boxes.length; ++i) assert.ok(boxes[i]!.x >= boxes[i - 1]!.x + boxes[i - 1]!.width);
  assert.equal(width, boxes[2]!.x + boxes[2]!.width);
  assert.equal(layout([]).boxes.length, 0);
});

test('a preset is the one whose settings are all in force', () => {
  const setting = (id: string, value: string | number, ordinary: string | number) =>
    ({ id, value, default: ordinary }) as unknown as Setting;
  const of = (display: string, second: string, grace: number) =>
    presetOf({
      problems: [],
      settings: [
        setting('display', display, 'auto'),
        setting('second_client', second, 'separate'),
        setting('session_grace_s', grace, 600),
      ],
    });
  assert.equal(of('auto', 'separate', 600), 'gaming');
  assert.equal(of('x11', 'join', 600), 'shared');
  assert.equal(of('virtual', 'separate', 28_800), 'workstation');
  assert.equal(of('virtual', 'steal', 600), 'custom');
  assert.equal(presetOf({ problems: [], settings: [] }), 'custom');
});
