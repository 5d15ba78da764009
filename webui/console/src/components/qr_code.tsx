// A QR code, dark on white in both themes.
import { useMemo } from 'preact/hooks';
import { qrCode, qrPath } from './qr';

export function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const grid = qrCode(text);
    return { size: grid.length, path: qrPath(grid) };
  }, [text]);
  return (
    <div class="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
        <path d={path} />
      </svg>
    </div>
  );
}
