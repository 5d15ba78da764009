// Which frame: the first run, the sign-in, or the console itself.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, signedIn } from '../api/client';
import { asApiError } from '../api/errors';
import { startLive } from '../api/live';
import { setup } from '../api/resources';
import type { Me, Setup } from '../api/types';
import { Denied } from '../components/denied';
import { Failed, Skeleton } from '../components/states';
import { languageStore, t } from '../i18n';
import { navigate, usePlace } from './router';
import { Shell } from './shell';
import { useStore } from './store';

function Lazy({ load }: { load(): Promise<{ default: ComponentType }> }) {
  const [body, setBody] = useState<{ body: ComponentType }>();
  useEffect(() => {
    void load().then((module) => setBody({ body: module.default }));
  }, []);
  return body ? <body.body /> : null;
}

const loadSetup = (): Promise<{ default: ComponentType }> => import('../pages/setup');
const loadLogin = (): Promise<{ default: ComponentType }> => import('../pages/login');

function Gate({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="gate">
      <main id="main">{children}</main>
    </div>
  );
}

export function App() {
  const place = usePlace();
  const state = useStore(signedIn);
  // Once the console was open, a sign-in that ends is told in its place instead of jumping away.
  const [opened, setOpened] = useState(false);
  const [error, setError] = useState<unknown>();
  useStore(languageStore);

  const look = (): void => {
    setError(undefined);
    void (async () => {
      try {
        const found = await get<Setup>('/setup');
        setup.put(found);
        if (!found.claimed) {
          signedIn.set('unclaimed');
          return;
        }
        const who = await get<Me>('/me');
        // A token comes from a proxy on the machine itself, as in development.
        signedIn.set(who.lane === 'console' || who.lane === 'token' ? 'yes' : 'no');
      } catch (problem) {
        if (signedIn.get() === 'unknown') setError(problem);
      }
    })();
  };
  useEffect(look, []);

  useEffect(() => {
    if (state === 'yes') {
      setOpened(true);
      startLive();
      if (place.path === '/login') navigate('/', { replace: true });
    } else if (state === 'unclaimed' && place.path !== '/setup') {
      navigate('/setup', { replace: true });
    } else if (state === 'no' && !opened && place.path !== '/login') {
      const here = location.pathname + location.search + location.hash;
      navigate(
        here === '/' || place.path === '/setup' ? '/login' : `/login?next=${encodeURIComponent(here)}`,
        { replace: true },
      );
    }
  }, [state, place.path]);

  if (state === 'unclaimed' || place.path === '/setup') {
    // The steps after the password are part of the first run too, although the host is claimed then.
    if (state !== 'no') return <Lazy load={loadSetup} />;
  }
  if (place.path === '/login') return <Lazy load={loadLogin} />;
  if (state === 'yes') return <Shell />;
  if (state === 'no' && opened) {
    return (
      <Gate>
        <Denied />
      </Gate>
    );
  }
  if (error) {
    return (
      <Gate>
        <Failed title={t('page.no_start')} error={asApiError(error)} onRetry={look} />
      </Gate>
    );
  }
  return (
    <Gate>
      <Skeleton />
    </Gate>
  );
}
