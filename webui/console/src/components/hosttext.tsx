// Sentences that come from the host as they are: reasons, findings, lines of the log. They are in English
// whatever the page speaks, and a screen reader should know.
import type { ComponentChildren } from 'preact';

export function HostText({ children }: { children: ComponentChildren }) {
  return (
    <span lang="en" data-from="host">
      {children}
    </span>
  );
}
