// The pages and their addresses.
import type { ComponentType } from 'preact';
import type { Key } from '../i18n';
import type { IconName } from '../components/icon';

export interface Page {
  path: string;
  // Its name in the navigation, and a short form of at most ten letters.
  title: Key;
  short: Key;
  icon: IconName;
  // g and this letter lead here.
  letter?: string;
  // In the bar of a phone: always, never (it is under More), or only there.
  bar: 'yes' | 'no' | 'only';
  load(): Promise<{ default: ComponentType }>;
}

export const pages: readonly Page[] = [
  {
    path: '/',
    title: 'nav.home',
    short: 'nav.home.short',
    icon: 'home',
    letter: 'h',
    bar: 'yes',
    load: () => import('../pages/home'),
  },
  {
    path: '/devices',
    title: 'nav.devices',
    short: 'nav.devices.short',
    icon: 'devices',
    letter: 'd',
    bar: 'yes',
    load: () => import('../pages/devices'),
  },
  {
    path: '/applications',
    title: 'nav.apps',
    short: 'nav.apps.short',
    icon: 'apps',
    letter: 'a',
    bar: 'yes',
    load: () => import('../pages/applications/applications'),
  },
  {
    path: '/displays',
    title: 'nav.displays',
    short: 'nav.displays.short',
    icon: 'display',
    letter: 'p',
    bar: 'no',
    load: () => import('../pages/displays/displays'),
  },
  {
    path: '/host',
    title: 'nav.host',
    short: 'nav.host.short',
    icon: 'host',
    letter: 'o',
    bar: 'no',
    load: () => import('../pages/host/host'),
  },
  {
    path: '/diagnostics',
    title: 'nav.diagnostics',
    short: 'nav.diagnostics.short',
    icon: 'pulse',
    letter: 'i',
    bar: 'yes',
    load: () => import('../pages/diagnostics/diagnostics'),
  },
  {
    path: '/more',
    title: 'nav.more',
    short: 'nav.more.short',
    icon: 'more',
    bar: 'only',
    load: () => import('../pages/more/more'),
  },
];

export const pageAt = (path: string): Page | undefined => pages.find((page) => page.path === path);
