/** @file The window as a place to drop files: says so while something is dragged over it. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { takeDrop } from '../actions.ts';
import { t } from '../i18n/index.ts';

export function DropTarget() {
  const isOver = useSignal(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      isOver.value = true;
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) isOver.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      isOver.value = false;
      void takeDrop(event.dataTransfer!);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  if (!isOver.value) return null;
  return (
    <div class="drop" aria-hidden="true">
      <p>
        <strong>{t.value.dropHere}</strong>
        <span>{t.value.filesStay}</span>
      </p>
    </div>
  );
}
