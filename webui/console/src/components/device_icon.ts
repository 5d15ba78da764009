// Which picture a device gets, from what it says about itself.
import type { IconName } from './icon';

const hints: readonly (readonly [RegExp, IconName])[] = [
  [/steam ?deck|handheld|rog ally|legion go|odin|switch/i, 'handheld'],
  [/ipad|tablet|tab\b/i, 'tablet'],
  [/iphone|pixel|galaxy|phone|android(?! ?tv)|\bios\b/i, 'phone'],
  [/\btv\b|shield|chromecast|apple ?tv|projector|webos|tizen|living/i, 'tv'],
];

export function deviceIcon(...texts: (string | undefined)[]): IconName {
  const text = texts.filter(Boolean).join(' ');
  for (const [pattern, icon] of hints) if (pattern.test(text)) return icon;
  return 'laptop';
}
