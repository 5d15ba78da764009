// The dialog that adds an application or changes one.
import { useEffect, useRef, useState } from 'preact/hooks';
import { request } from '../../api/client';
import { asApiError, sentence } from '../../api/errors';
import { Cancelled, gated } from '../../api/password';
import { Dialog, FormFoot } from '../../components/dialog';
import { useUid } from '../../components/hooks';
import { Icon } from '../../components/icon';
import { Field } from '../../components/fields';
import { Button, IconButton } from '../../components/parts';
import { Banner } from '../../components/states';
import { toast } from '../../components/toast';
import { t, type Key } from '../../i18n';
import { artAddress, Cover } from './cover';
import { type App, bodyOf, changesOf, type Draft, draftOf, emptyDraft, emptyStep, isDesktop, policies, type Policy, type Problems, type Problem } from './model';
import { apps, putArt } from './resources';

const problemTexts: Readonly<Record<Problem, Key>> = {
  no_title: 'app.bad.title',
  no_command: 'app.bad.command',
  open_quote: 'app.bad.quote',
  relative_folder: 'app.bad.folder',
  bad_variable: 'app.bad.variable',
  no_do: 'app.bad.do',
};

const mostBytes = 4 * 1024 * 1024;

interface Art {
  // Chosen here and not yet sent; null = to be taken away.
  file?: File | null;
  preview?: string;
}

function ArtField({ title, app, art, onArt }: { title: string; app: App | undefined; art: Art; onArt(art: Art): void }) {
  const input = useRef<HTMLInputElement>(null);
  const id = useUid('art');
  const [problem, setProblem] = useState<string>();
  useEffect(() => () => {
    if (art.preview) URL.revokeObjectURL(art.preview);
  }, [art.preview]);

  const stored = app?.art !== undefined && art.file === undefined ? artAddress(app.id, app.art) : undefined;
  return (
    <div class="art-field">
      <span class="cover small-cover">
        <span class="art">
          <Cover title={title} desktop={app !== undefined && isDesktop(app)} art={art.preview ?? stored} />
        </span>
      </span>
      <div class="field">
        <label for={id}>{t('app.art')}</label>
        <span class="hint" id={`${id}-h`}>
          {t('app.art_hint')}
        </span>
        <input
          id={id}
          ref={input}
          class="file"
          type="file"
          accept="image/png,image/jpeg"
          aria-describedby={problem ? `${id}-h ${id}-e` : `${id}-h`}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (!file) return;
            const fits = file.size <= mostBytes && (file.type === 'image/png' || file.type === 'image/jpeg');
            setProblem(fits ? undefined : t('app.bad.art'));
            if (fits) onArt({ file, preview: URL.createObjectURL(file) });
          }}
        />
        {problem ? (
          <span class="err" id={`${id}-e`} role="alert">
            <Icon name="failed" small />
            <span>{problem}</span>
          </span>
        ) : null}
        {stored || art.preview ? (
          <span>
            <button
              class="linkbtn"
              type="button"
              onClick={() => {
                if (input.current) input.current.value = '';
                onArt(app?.art === undefined ? {} : { file: null });
              }}
            >
              {t('app.art_remove')}
            </button>
          </span>
        ) : null}
      </div>
    </div>
  );
}

function Steps({ draft, problems, onDraft }: { draft: Draft; problems: Problems; onDraft(draft: Draft): void }) {
  const text = (field: string): string | undefined => {
    const problem = problems[field];
    return problem && t(problemTexts[problem]);
  };
  const change = (row: number, part: 'do' | 'undo', value: string): void =>
    onDraft({ ...draft, steps: draft.steps.map((step) => (step.row === row ? { ...step, [part]: value } : step)) });
  return (
    <fieldset class="stack">
      <legend>{t('app.steps')}</legend>
      <p class="hint dim tiny">{t('app.steps_hint')}</p>
      {draft.steps.map((step, i) => (
        <div class="step-row" key={step.row}>
          <Field label={t('app.do', { n: i + 1 })} error={text(`do:${step.row}`)}>
            {(attributes) => (
              <input
                {...attributes}
                class="in mono"
                value={step.do}
                spellcheck={false}
                autocapitalize="off"
                onInput={(event) => change(step.row, 'do', event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label={t('app.undo', { n: i + 1 })} error={text(`undo:${step.row}`)}>
            {(attributes) => (
              <input
                {...attributes}
                class="in mono"
                value={step.undo}
                spellcheck={false}
                autocapitalize="off"
                onInput={(event) => change(step.row, 'undo', event.currentTarget.value)}
              />
            )}
          </Field>
          <IconButton
            icon="close"
            label={t('app.step_remove', { n: i + 1 })}
            onClick={() => onDraft({ ...draft, steps: draft.steps.filter((other) => other.row !== step.row) })}
          />
        </div>
      ))}
      <div>
        <Button small icon="plus" onClick={() => onDraft({ ...draft, steps: [...draft.steps, emptyStep()] })}>
          {t('app.step_add')}
        </Button>
      </div>
    </fieldset>
  );
}

interface Props {
  // Absent: a new one.
  app?: App | undefined;
  onClose(): void;
  onRemove?(app: App): void;
}

export function Editor({ app, onClose, onRemove }: Props) {
  const [draft, setDraft] = useState<Draft>(() => (app ? draftOf(app) : emptyDraft()));
  const [art, setArt] = useState<Art>({});
  const [problems, setProblems] = useState<Problems>({});
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  // The version that is being edited.
  const [version, setVersion] = useState<string>();
  const [known, setKnown] = useState<App>();
  const [theirs, setTheirs] = useState<App>();
  const desktop = app !== undefined && isDesktop(app);

  useEffect(() => {
    if (!app) return;
    const control = new AbortController();
    request<App>('GET', `/apps/${app.id}`, { signal: control.signal }).then(
      ({ data, etag }) => {
        setVersion(etag);
        setKnown(data);
        setDraft(draftOf(data));
      },
      (error: unknown) => {
        if (!control.signal.aborted) setFailure(sentence(error));
      },
    );
    return () => control.abort();
  }, [app?.id]);

  async function save(): Promise<void> {
    const { body, problems: found } = bodyOf(draft, app);
    setProblems(found);
    setFailure(undefined);
    if (!body) return;
    setBusy(true);
    try {
      const { data } = app
        ? await gated<App>('PATCH', `/apps/${app.id}`, { ...changesOf(body, known ?? app) }, t('app.why'), version)
        : await gated<App>('POST', '/apps', { ...body }, t('app.why'));
      if (art.file !== undefined) await putArt(data.id, art.file);
      await apps.reload();
      toast(t(app ? 'app.saved' : 'app.added', { title: data.title }));
      onClose();
    } catch (error) {
      const problem = asApiError(error);
      if (error instanceof Cancelled) {
        // The person closed the password dialog; the form stays as it is.
      } else if (problem.status === 412 && app) {
        const { data, etag } = await request<App>('GET', `/apps/${app.id}`);
        setVersion(etag);
        setKnown(data);
        setTheirs(data);
      } else {
        setFailure(sentence(error));
      }
    } finally {
      setBusy(false);
    }
  }

  const text = (field: string): string | undefined => {
    const problem = problems[field];
    return problem && t(problemTexts[problem]);
  };
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });

  return (
    <Dialog
      icon="apps"
      title={app ? t('app.edit', { title: app.title }) : t('app.add_title')}
      lead={t('app.why')}
      onClose={onClose}
      onSubmit={() => void save()}
      foot={
        <FormFoot act={t('act.save')} busy={busy} onClose={onClose}>
          {app && !desktop && onRemove ? (
            <Button look="danger" onClick={() => onRemove(app)}>
              {t('app.remove')}
            </Button>
          ) : null}
        </FormFoot>
      }
    >
      {theirs ? (
        <Banner
          tone="warn"
          icon="warning"
          alert
          action={
            <Button
              small
              onClick={() => {
                setDraft(draftOf(theirs));
                setTheirs(undefined);
              }}
            >
              {t('app.load_theirs')}
            </Button>
          }
        >
          {t('app.changed', { title: theirs.title, command: draftOf(theirs).command })}
        </Banner>
      ) : null}
      {failure ? (
        <Banner tone="danger" icon="failed" alert>
          {failure}
        </Banner>
      ) : null}
      <Field label={t('rename.label')} error={text('title')}>
        {(attributes) => (
          <input
            {...attributes}
            class="in"
            value={draft.title}
            maxLength={128}
            onInput={(event) => set({ title: event.currentTarget.value })}
          />
        )}
      </Field>
      {desktop ? null : (
        <Field label={t('app.command')} hint={t('app.command_hint')} error={text('command')}>
          {(attributes) => (
            <input
              {...attributes}
              class="in mono"
              value={draft.command}
              spellcheck={false}
              autocapitalize="off"
              onInput={(event) => set({ command: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      {desktop ? null : (
        <Field label={t('app.shown')} hint={t('app.shown_hint')}>
          {(attributes) => (
            <span class="sw">
              <input
                {...attributes}
                type="checkbox"
                role="switch"
                checked={!draft.hidden}
                onChange={(event) => set({ hidden: !event.currentTarget.checked })}
              />
            </span>
          )}
        </Field>
      )}
      <ArtField title={draft.title} app={app} art={art} onArt={setArt} />
      <Steps draft={draft} problems={problems} onDraft={setDraft} />
      <Field label={t('setting.second_client')}>
        {(attributes) => (
          <select
            {...attributes}
            class="in"
            value={draft.policy}
            onChange={(event) => set({ policy: event.currentTarget.value as Policy })}
          >
            {policies.map((policy) => (
              <option key={policy} value={policy}>
                {policy === 'default' ? t('app.policy_default') : t(`option.${policy}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <details>
        <summary>{t('app.more')}</summary>
        <div class="stack l">
          <Field label={t('app.folder')} hint={t('app.folder_hint')} error={text('folder')}>
            {(attributes) => (
              <input
                {...attributes}
                class="in mono"
                value={draft.folder}
                spellcheck={false}
                autocapitalize="off"
                onInput={(event) => set({ folder: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label={t('app.variables')} hint={t('app.variables_hint')} error={text('variables')}>
            {(attributes) => (
              <textarea
                {...attributes}
                class="in mono"
                rows={3}
                value={draft.variables}
                spellcheck={false}
                autocapitalize="off"
                onInput={(event) => set({ variables: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </details>
    </Dialog>
  );
}
