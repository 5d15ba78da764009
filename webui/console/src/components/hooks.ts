import { useEffect, useReducer, useRef, useState } from 'preact/hooks';

// Draws the component again every so many seconds.
export function useTick(seconds: number): void {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => redraw(undefined), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
}

// True once the condition has lasted this long: what is quick should not flicker.
export function useLasting(condition: boolean, ms: number): boolean {
  const [lasted, setLasted] = useState(false);
  useEffect(() => {
    if (!condition) {
      setLasted(false);
      return undefined;
    }
    const timer = setTimeout(() => setLasted(true), ms);
    return () => clearTimeout(timer);
  }, [condition, ms]);
  return condition && lasted;
}

let numbers = 0;
// An id that is unique in the page.
export function useUid(prefix: string): string {
  const uid = useRef('');
  uid.current ||= `${prefix}-${++numbers}`;
  return uid.current;
}
