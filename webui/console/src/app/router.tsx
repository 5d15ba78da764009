// Addresses: the path names the page; filters, tabs and open dialogs are in the query.
import type { ComponentChildren, JSX } from 'preact';
import { createStore, useStore } from './store';

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly hash: string;
}

function read(): Place {
  return {
    path: location.pathname.replace(/(.)\/+$/, '$1'),
    query: new URLSearchParams(location.search),
    hash: location.hash,
  };
}

export const placeStore = createStore<Place>(read());
window.addEventListener('popstate', () => placeStore.set(read()));

export const usePlace = (): Place => useStore(placeStore);

export function navigate(href: string, how: { replace?: boolean } = {}): void {
  if (how.replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  placeStore.set(read());
}

// Changes single values of the query; null takes one out. Typing in a search field replaces, a choice adds
// to the history, so that Back undoes it.
export function setQuery(
  changes: Readonly<Record<string, string | null>>,
  how: { replace?: boolean } = {},
): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(location.pathname + (text ? `?${text}` : ''), how);
}

// The address of this page with another query.
export function withQuery(changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : '');
}

// Only an address of this console; anything else is the start page.
export function ownAddress(next: string | null): string {
  if (!next || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : '/';
}

type LinkProps = Omit<JSX.AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  href: string;
  children?: ComponentChildren;
};

// A link inside the console.
export function A({ href, onClick, ...rest }: LinkProps) {
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(href);
      }}
      {...rest}
    />
  );
}
