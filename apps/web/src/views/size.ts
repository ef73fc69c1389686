/** @file The size of an element on the screen as a signal. */
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS px of the element's content box; 0 × 0 until it is laid out. */
export function useSize(element: RefObject<HTMLElement | null>): Signal<Size> {
  const size = useSignal<Size>({ width: 0, height: 0 });
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      if (width !== size.value.width || height !== size.value.height) size.value = { width, height };
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return size;
}
