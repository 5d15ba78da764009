// Choices that are addresses, so that each can be kept and gone back to: filters and tabs.
import type { ComponentChildren } from 'preact';
import { A } from '../app/router';

interface Props {
  label: string;
  links: readonly { href: string; current: boolean; text: ComponentChildren }[];
}

function Links({ label, links, look, each }: Props & { look: string; each?: string }) {
  return (
    <nav class={look} aria-label={label}>
      {links.map((link) => (
        <A
          key={link.href}
          class={each}
          href={link.href}
          {...(link.current ? { 'aria-current': 'true' as const } : {})}
        >
          {link.text}
        </A>
      ))}
    </nav>
  );
}

export const FilterPills = (props: Props) => <Links {...props} look="pills" each="pill" />;
export const Tabs = (props: Props) => <Links {...props} look="tabs" />;
