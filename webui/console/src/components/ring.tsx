// A countdown as a ring of 24 points; each is 1/24 of the window.
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { clock } from '../i18n/units';
import { useTick } from './hooks';

const points = Array.from({ length: 24 }, (_, i) => {
  const angle = (i / 24) * 2 * Math.PI;
  return { cx: (32 + 27 * Math.sin(angle)).toFixed(1), cy: (32 - 27 * Math.cos(angle)).toFixed(1) };
});
const spoken = [60, 30, 10];

// Seconds that are left of a time that the host named; counts on by itself between answers.
export function useCountdown(seconds: number, since: number): number {
  useTick(1);
  return Math.max(0, seconds - (Date.now() - since) / 1000);
}

export function Ring({ left, of }: { left: number; of: number }) {
  const on = Math.ceil((left / of) * points.length);
  const [say, setSay] = useState('');
  const before = useRef(left);
  useEffect(() => {
    const crossed = spoken.find((mark) => before.current > mark && left <= mark);
    before.current = left;
    if (crossed) setSay(t('pair.seconds_left', { n: crossed }));
  }, [left]);
  return (
    <div class="ring" role="timer" aria-label={t('pair.time_left')}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        {points.map((point, i) => (
          <circle key={i} class={i < on ? 'on' : 'off'} cx={point.cx} cy={point.cy} r="2.3" />
        ))}
      </svg>
      <b>{clock(left)}</b>
      <span class="vh" aria-live="polite">
        {say}
      </span>
    </div>
  );
}
