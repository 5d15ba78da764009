// The frame of every page: navigation, live mark, theme, banners, and the place for the page itself.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useResource } from '../api/resource';
import { knocks, me, pairing, setup, status } from '../api/resources';
import { Toasts } from '../components/toast';
import { Icon, type IconName, Logo } from '../components/icon';
import { Button } from '../components/parts';
import { Banner, Empty, Skeleton } from '../components/states';
import { t } from '../i18n';
import { setTheme, type Theme, themeStore } from '../theme/theme';
import { LinkBanner, LiveMark, useStale } from './link';
import { type Page, pageAt, pages } from './pages';
import { PasswordDialog } from './password_dialog';
import { A, navigate, usePlace } from './router';
import { Shortcuts } from './shortcuts';
import { useStore } from './store';

export function Brand({ link }: { link?: boolean }) {
  const name = useResource(me).data?.host_name ?? setup.get().data?.host_name;
  const inside = (
    <>
      <Logo />
      <span>
        <b>{name ?? 'punktfunk'}</b>
        <span>{t('brand.below')}</span>
      </span>
    </>
  );
  return link ? (
    <A class="brand" href="/">
      {inside}
    </A>
  ) : (
    <div class="brand">{inside}</div>
  );
}

const themes: readonly {
  theme: Theme;
  icon: IconName;
  name: 'theme.system' | 'theme.light' | 'theme.dark';
}[] = [
  { theme: 'system', icon: 'system', name: 'theme.system' },
  { theme: 'light', icon: 'sun', name: 'theme.light' },
  { theme: 'dark', icon: 'moon', name: 'theme.dark' },
];

export function ThemeChoice({ words }: { words?: boolean }) {
  const current = useStore(themeStore);
  return (
    <div class={words ? 'seg words' : 'seg'} role="group" aria-label={t('theme.title')}>
      {themes.map(({ theme, icon, name }) => (
        <button
          key={theme}
          type="button"
          aria-pressed={theme === current}
          title={t(name)}
          onClick={() => setTheme(theme)}
        >
          <Icon name={icon} small />
          <span class={words ? undefined : 'vh'}>{t(name)}</span>
        </button>
      ))}
    </div>
  );
}

// How many requests wait for a person.
export function useWaiting(): number {
  const waiting = useResource(knocks).data?.pending.length ?? 0;
  const pins = useResource(pairing).data?.pending.length ?? 0;
  return waiting + pins;
}

function Navigation({ current, waiting }: { current: Page | undefined; waiting: number }) {
  return (
    <nav class="nav" aria-label={t('nav.label')}>
      <Brand link />
      <ul>
        {pages.map((page) => (
          <li key={page.path} class={page.bar === 'no' ? 'deep' : page.bar === 'only' ? 'more' : undefined}>
            <A href={page.path} {...(page === current ? { 'aria-current': 'page' } : {})}>
              <Icon name={page.icon} />
              <span class="long">{t(page.title)}</span>
              <span class="short">{t(page.short)}</span>
              {page.path === '/devices' && waiting ? (
                <span class="count hot">
                  <span aria-hidden="true">{waiting}</span>
                  <span class="vh">{t('nav.waiting', { n: waiting })}</span>
                </span>
              ) : null}
            </A>
          </li>
        ))}
      </ul>
    </nav>
  );
}

// Loads the code of a page when it is first shown.
function PageBody({ page }: { page: Page }) {
  const [loaded, setLoaded] = useState<{ page: Page; body: ComponentType }>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    setFailed(false);
    page.load().then(
      (module) => {
        if (!gone) setLoaded({ page, body: module.default });
      },
      () => {
        if (!gone) setFailed(true);
      },
    );
    return () => {
      gone = true;
    };
  }, [page]);
  if (failed) {
    // After an update of the host the files have other names.
    return (
      <Empty
        icon="again"
        title={t('page.changed')}
        action={
          <Button look="primary" onClick={() => location.reload()}>
            {t('page.reload')}
          </Button>
        }
      >
        {t('page.changed_lead')}
      </Empty>
    );
  }
  if (loaded?.page !== page) return <Skeleton lines={4} />;
  const Body = loaded.body;
  return <Body />;
}

function Banners({ page, waiting }: { page: Page | undefined; waiting: number }) {
  const { data } = useResource(status);
  const first = useResource(knocks).data?.pending[0];
  const pin = useResource(pairing).data?.pending[0];
  return (
    <>
      <LinkBanner />
      {data?.unsaved_revocations ? (
        <Banner tone="danger" icon="failed" alert>
          <b>{t('banner.unsaved')}</b> <span class="soft">{t('banner.unsaved_lead')}</span>
        </Banner>
      ) : null}
      {waiting && page?.path !== '/devices' && page?.path !== '/' ? (
        <Banner
          icon="phone"
          action={
            <A class="btn sm" href="/devices#waiting">
              {t('act.review')}
            </A>
          }
        >
          <b>
            {waiting > 1
              ? t('banner.waiting_many', { n: waiting })
              : t('banner.waiting', { name: first?.name ?? t('pair.moonlight_client') })}
          </b>{' '}
          <span class="soft">{first?.address ?? pin?.peer_ip ?? ''}</span>
        </Banner>
      ) : null}
    </>
  );
}

export function Shell() {
  const place = usePlace();
  const page = pageAt(place.path);
  const waiting = useWaiting();
  const stale = useStale();
  const hostName = useResource(me).data?.host_name;
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(place.path);

  useEffect(() => {
    const name = page ? t(page.title) : t('page.none');
    document.title = [name, hostName, 'punktfunk host'].filter(Boolean).join(' · ');
  });
  useEffect(() => {
    if (shownPath.current === place.path) return;
    shownPath.current = place.path;
    main.current?.focus({ preventScroll: true });
    if (!place.hash) window.scrollTo(0, 0);
  }, [place]);
  useEffect(() => {
    if (!place.hash) return undefined;
    // The part may still be loading.
    const until = performance.now() + 3000;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const part = document.getElementById(place.hash.slice(1));
      if (part) part.scrollIntoView({ block: 'start' });
      else if (performance.now() < until) timer = setTimeout(look, 100);
    };
    look();
    return () => clearTimeout(timer);
  }, [place]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('nav.skip')}
      </a>
      <div class={stale ? 'app stale' : 'app'}>
        <header class="top">
          <Brand link />
          <LiveMark push />
        </header>
        <div class="side">
          <Navigation current={page} waiting={waiting} />
          <div class="side-foot" role="region" aria-label={t('nav.foot')}>
            <LiveMark />
            <ThemeChoice />
            <span class="who row">
              <A class="btn ghost sm wide" href="/more">
                <Icon name="person" small />
                {t('nav.account')}
              </A>
            </span>
          </div>
        </div>
        <main id="main" tabIndex={-1} ref={main}>
          <Banners page={page} waiting={waiting} />
          {page ? (
            <PageBody page={page} />
          ) : (
            <Empty
              icon="search"
              title={t('page.none')}
              action={
                <Button look="primary" onClick={() => navigate('/')}>
                  {t('nav.home')}
                </Button>
              }
            >
              {t('page.none_lead')}
            </Empty>
          )}
        </main>
      </div>
      <Toasts />
      <PasswordDialog />
      <Shortcuts />
    </>
  );
}
