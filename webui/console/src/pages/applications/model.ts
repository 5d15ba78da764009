// An application as the host knows it, and as the form holds it.
import { joinVariables, joinWords, splitVariables, splitWords } from './words';

export interface Step {
  do: string[];
  undo?: string[];
  elevated?: boolean;
}

// What another device gets that wants the same application; default: what the host's setting says.
export const policies = ['default', 'separate', 'join', 'steal', 'refuse'] as const;
export type Policy = (typeof policies)[number];

export interface App {
  id: number;
  title: string;
  command: string[];
  working_directory?: string;
  environment?: Record<string, string>;
  prepare?: Step[];
  policy?: Policy;
  source?: string;
  // Changes when the art does; absent = it has none.
  art?: string;
  // Left out of the lists that clients see.
  hidden?: boolean;
}

export interface LibraryEntry {
  key: string;
  source: string;
  title: string;
  command: string[];
  art?: string;
}

export interface Library {
  sources: { id: string; name: string; found: number }[];
  entries: LibraryEntry[];
}

// The Desktop starts nothing and always exists.
export const isDesktop = (app: App): boolean => app.command.length === 0;

export interface StepDraft {
  // Tells rows apart while they are edited.
  row: number;
  do: string;
  undo: string;
}

export interface Draft {
  title: string;
  command: string;
  folder: string;
  variables: string;
  steps: StepDraft[];
  policy: Policy;
  hidden: boolean;
}

let rows = 0;
export const emptyStep = (): StepDraft => ({ row: ++rows, do: '', undo: '' });
export const emptyDraft = (): Draft => ({
  title: '',
  command: '',
  folder: '',
  variables: '',
  steps: [],
  policy: 'default',
  hidden: false,
});

export function draftOf(app: App): Draft {
  return {
    title: app.title,
    command: joinWords(app.command),
    folder: app.working_directory ?? '',
    variables: joinVariables(app.environment ?? {}),
    steps: (app.prepare ?? []).map((step) => ({
      row: ++rows,
      do: joinWords(step.do),
      undo: step.undo ? joinWords(step.undo) : '',
    })),
    policy: app.policy ?? 'default',
    hidden: app.hidden ?? false,
  };
}

export type Problem = 'no_title' | 'no_command' | 'open_quote' | 'relative_folder' | 'bad_variable' | 'no_do';
// Which field, and what is wrong with it. Steps are "do:<row>" and "undo:<row>".
export type Problems = Readonly<Record<string, Problem>>;

// Null takes a folder back that was set before; the Desktop has no command to send.
export type Body = Pick<App, 'title' | 'environment' | 'prepare' | 'policy' | 'hidden'> & {
  command?: string[];
  working_directory?: string | null;
};

// The body of the request, or what a person has to put right first.
export function bodyOf(draft: Draft, app?: App): { body?: Body; problems: Problems } {
  const desktop = app !== undefined && isDesktop(app);
  const problems: Record<string, Problem> = {};
  const words = (field: string, text: string): string[] => {
    const found = splitWords(text);
    if (!found) problems[field] = 'open_quote';
    return found ?? [];
  };
  const title = draft.title.trim();
  if (title === '') problems.title = 'no_title';
  const command = desktop ? [] : words('command', draft.command);
  if (!desktop && command.length === 0 && !problems.command) problems.command = 'no_command';
  const folder = draft.folder.trim();
  if (folder !== '' && !folder.startsWith('/')) problems.folder = 'relative_folder';
  const environment = splitVariables(draft.variables);
  if (!environment) problems.variables = 'bad_variable';
  const prepare: Step[] = [];
  for (const step of draft.steps) {
    const todo = words(`do:${step.row}`, step.do);
    const undo = words(`undo:${step.row}`, step.undo);
    if (todo.length === 0 && undo.length === 0) continue;
    if (todo.length === 0 && !problems[`do:${step.row}`]) problems[`do:${step.row}`] = 'no_do';
    prepare.push({ do: todo, ...(undo.length ? { undo } : {}), elevated: false });
  }
  if (Object.keys(problems).length > 0) return { problems };
  return {
    problems,
    body: {
      title,
      ...(desktop ? {} : { command }),
      ...(folder !== '' ? { working_directory: folder } : app?.working_directory ? { working_directory: null } : {}),
      environment: environment ?? {},
      prepare,
      // A new one is like the others unless something else was chosen.
      ...(draft.policy !== (app?.policy ?? 'default') ? { policy: draft.policy } : {}),
      ...(draft.hidden !== (app?.hidden ?? false) ? { hidden: draft.hidden } : {}),
    },
  };
}

// What of `body` is different from what the host knows. Nothing else is sent, because what runs needs the
// password, and what is only shown or hidden does not.
export function changesOf(body: Body, app: App): Partial<Body> {
  const before: Readonly<Record<string, unknown>> = bodyOf(draftOf(app), app).body ?? {};
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

// Applications in the order in which a person looks for them: the Desktop, then as the host lists them.
// `source` may be "hidden".
export function filtered(apps: readonly App[], search: string, source: string): App[] {
  const wanted = search.trim().toLowerCase();
  return apps.filter(
    (app) =>
      (wanted === '' || app.title.toLowerCase().includes(wanted)) &&
      (source === '' || (source === 'hidden' ? app.hidden === true : sourceOf(app) === source)),
  );
}

// "steam:570" was found by Steam; without a source a person added it.
export const sourceOf = (app: App): string =>
  isDesktop(app) ? 'desktop-entry' : app.source?.split(':')[0] || 'own';
