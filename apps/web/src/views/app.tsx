/**
 * @file The whole page: header, the desk with its three parts or the lesson, what is said, and the window as a place to drop
 * files.
 */
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { failure, status, view } from '../state.ts';
import { Cortex } from './cortex.tsx';
import { DropTarget } from './drop.tsx';
import { Header } from './header.tsx';
import { Layers } from './layers.tsx';
import { Maps } from './maps.tsx';
import { Picture } from './picture.tsx';
import { Unbroken } from './unbroken.tsx';

export function App() {
  return (
    <Unbroken>
      {/* A button, not a link: the hash is the page's state. */}
      {view.value === 'explore' && (
        <button type="button" class="skip" onClick={() => document.getElementById('picture')?.focus()}>
          {t.value.skipToPicture}
        </button>
      )}
      <Header />
      <FailureBar />
      {view.value === 'explore' ? <Explorer /> : <Lesson />}
      <p role="status" class="unseen">
        {status.value}
      </p>
      <DropTarget />
    </Unbroken>
  );
}

function Explorer() {
  return (
    <main class="desk">
      <Layers />
      <div class="bench">
        <Picture />
        <Maps />
      </div>
      <Unbroken>
        <Cortex />
      </Unbroken>
    </main>
  );
}

/** The lesson, fetched when it is opened: those who do not learn need not wait for it. */
function Lesson() {
  const fetched = useSignal<{ readonly View: ComponentType } | undefined>(undefined);
  useEffect(() => {
    import('./lesson.tsx')
      .then(({ Lesson: View }) => {
        fetched.value = { View };
      })
      .catch((error: Error) => {
        failure.value = { title: t.value.errorBroken, details: error.message };
      });
  }, []);
  return fetched.value ? <fetched.value.View /> : <main class="desk" aria-busy="true" />;
}

function FailureBar() {
  const failed = failure.value;
  if (!failed) return null;
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{failed.title}</strong> <span>{failed.details}</span>
      </p>
      {failed.retry && (
        <button type="button" onClick={failed.retry}>
          {t.value.retry}
        </button>
      )}
      <button
        type="button"
        onClick={() => {
          failure.value = undefined;
        }}
      >
        {t.value.dismiss}
      </button>
    </div>
  );
}
