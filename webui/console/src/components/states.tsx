// What a page shows before, beside or instead of its contents.
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client';
import { sentence } from '../api/errors';
import type { Snapshot } from '../api/resource';
import { A } from '../app/router';
import { t } from '../i18n';
import { useLasting } from './hooks';
import { Icon, type IconName } from './icon';
import { Bubble, Button } from './parts';

export function Banner({
  tone,
  icon,
  alert,
  children,
  action,
}: {
  tone?: 'warn' | 'danger';
  icon: IconName;
  alert?: boolean;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class={tone ? `banner ${tone}` : 'banner'} role={alert ? 'alert' : 'status'}>
      <Icon name={icon} />
      <p>{children}</p>
      {action}
    </div>
  );
}

// Says the next step, with its button.
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="card empty">
      {icon ? <Bubble icon={icon} /> : null}
      <h3>{title}</h3>
      {children ? <p>{children}</p> : null}
      {action ? <div class="row wrap">{action}</div> : null}
    </div>
  );
}

// In the card that failed; the rest of the page goes on.
export function Failed({
  title,
  error,
  onRetry,
  busy,
}: {
  title: string;
  error: ApiError;
  onRetry(): void;
  busy?: boolean;
}) {
  return (
    <div class="card empty" role="alert">
      <Bubble icon="failed" tone="danger" />
      <h3>{title}</h3>
      <p>
        {sentence(error)} <code>{error.code}</code>
      </p>
      <div class="row wrap">
        <Button look="primary" onClick={onRetry} busy={busy ?? false}>
          {t('act.try_again')}
        </Button>
        {error.status >= 500 ? (
          <A class="btn" href="/diagnostics?tab=log">
            {t('act.open_log')}
          </A>
        ) : null}
      </div>
    </div>
  );
}

// Grey shapes of the layout to come, after 200 ms.
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const shown = useLasting(true, 200);
  if (!shown) return null;
  return (
    <div class="card stack l" aria-hidden="true">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class={`sk ${['w5', 'w8', 'w3', 'tall'][i % 4]}`} />
      ))}
    </div>
  );
}

// What every part of a page that shows a resource goes through: loading, failed, or there.
export function Loaded<T>({
  of,
  title,
  reload,
  children,
  lines,
}: {
  of: Snapshot<T>;
  title: string;
  reload(): void;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failed title={title} error={of.error} onRetry={reload} busy={of.loading} />;
  return <Skeleton lines={lines ?? 3} />;
}
