// The picture of an application: its art, or one drawn from its title.
import { useId, useState } from 'preact/hooks';
import { base } from '../../api/client';
import { drawnCover, type Shape } from './drawn';

function draw(shape: Shape, ink: string, key: number) {
  switch (shape.kind) {
    case 'rect':
      return (
        <rect
          key={key}
          x={shape.x}
          y={shape.y}
          width={shape.width}
          height={shape.height}
          rx="4.5"
          fill={ink}
          fill-opacity={shape.opacity}
        />
      );
    case 'path':
      return <path key={key} d={shape.d} fill={ink} fill-opacity={shape.opacity} />;
    case 'ring':
      return (
        <circle
          key={key}
          cx={shape.x}
          cy={shape.y}
          r={shape.r}
          fill="none"
          stroke={ink}
          stroke-opacity={shape.opacity}
          stroke-width="3"
        />
      );
    case 'dot':
      return <circle key={key} cx={shape.x} cy={shape.y} r={shape.r} fill={ink} fill-opacity={shape.opacity} />;
  }
}

function DesktopCover() {
  return (
    <svg viewBox="0 0 160 240" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="160" height="240" fill="#161c1f" />
      <rect x="30" y="82" width="100" height="64" rx="7" fill="none" stroke="#c6e85f" stroke-width="5" />
      <path d="M80 146v20M58 166h44" stroke="#c6e85f" stroke-width="5" stroke-linecap="round" />
      <circle cx="80" cy="114" r="9" fill="#c6e85f" />
    </svg>
  );
}

function DrawnCover({ title }: { title: string }) {
  const id = useId();
  const { palette, shapes } = drawnCover(title);
  return (
    <svg viewBox="0 0 160 240" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2=".4" y2="1">
          <stop offset="0" stop-color={palette.from} />
          <stop offset="1" stop-color={palette.to} />
        </linearGradient>
      </defs>
      <rect width="160" height="240" fill={`url(#${id})`} />
      {shapes.map((shape, i) => draw(shape, palette.ink, i))}
    </svg>
  );
}

interface Props {
  title: string;
  // Nothing is started by it: the Desktop.
  desktop: boolean;
  // Where the art is; absent = there is none.
  art?: string | undefined;
}

export function Cover({ title, desktop, art }: Props) {
  const [broken, setBroken] = useState<string>();
  if (art && broken !== art) return <img src={art} alt="" loading="lazy" onError={() => setBroken(art)} />;
  return desktop ? <DesktopCover /> : <DrawnCover title={title} />;
}

// The address of an application's art; version changes when the art does, so that no old one is shown.
export const artAddress = (id: number, version: string | number): string =>
  `${base}/apps/${id}/art?v=${encodeURIComponent(String(version))}`;
