// Numbers, times and amounts in the language of the page.
import { currentLocale, t } from '.';

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(currentLocale(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

// "1 h 12 min", "24 min", "40 s".
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t('unit.s', { n: whole });
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return t('unit.min', { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    const rest = minutes % 60;
    return rest ? t('unit.h_min', { h: hours, min: rest }) : t('unit.h', { n: hours });
  }
  return t('unit.days', { n: Math.floor(hours / 24) });
}

// "1:25" for a countdown.
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// "3 min ago", "yesterday"; after 7 days the date. Both in seconds since 1970.
export function relativeTime(unix: number, now: number): string {
  const ago = now - unix;
  const format = new Intl.RelativeTimeFormat(currentLocale(), { numeric: 'auto', style: 'short' });
  const size = Math.abs(ago);
  if (size < 45) return t('time.now');
  const sign = ago < 0 ? 1 : -1;
  if (size < 3600) return format.format(sign * Math.max(1, Math.round(size / 60)), 'minute');
  if (size < 86_400) return format.format(sign * Math.round(size / 3600), 'hour');
  if (size < 7 * 86_400) return format.format(sign * Math.round(size / 86_400), 'day');
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium' }).format(unix * 1000);
}

export function exactTime(unix: number): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium', timeStyle: 'long' }).format(
    unix * 1000,
  );
}

// The time of day; with the date when it is not today.
export function clockTime(unix: number, now: number): string {
  const sameDay = new Date(unix * 1000).toDateString() === new Date(now * 1000).toDateString();
  return new Intl.DateTimeFormat(currentLocale(), {
    ...(sameDay ? {} : { dateStyle: 'medium' }),
    timeStyle: 'short',
  }).format(unix * 1000);
}

// Several phrases as one: "3 streams, 2 devices waiting".
export function list(phrases: readonly string[], type: 'unit' | 'conjunction' = 'unit'): string {
  return new Intl.ListFormat(currentLocale(), { type, style: type === 'unit' ? 'short' : 'long' }).format(
    phrases,
  );
}

// "3840x2160@60" as "3840×2160, 60 Hz".
export function modeText(mode: string): string {
  const found = /^(\d+)x(\d+)@([\d.]+)$/.exec(mode);
  if (!found) return mode;
  return t('unit.mode', {
    width: found[1]!,
    height: found[2]!,
    hz: number(Number(found[3]), found[3]!.includes('.') ? 2 : 0),
  });
}

// Bytes with a decimal prefix.
export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let size = value;
  let at = 0;
  while (size >= 1000 && at < units.length - 1) {
    size /= 1000;
    ++at;
  }
  return new Intl.NumberFormat(currentLocale(), {
    style: 'unit',
    unit: units[at]!,
    unitDisplay: at ? 'short' : 'long',
    maximumFractionDigits: size < 10 && at ? 1 : 0,
  }).format(size);
}
