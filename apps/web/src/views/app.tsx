/** @file The whole page: header, the desk with its three parts, what is said, and the window as a place to drop files. */
import { t } from '../i18n/index.ts';
import { failure, status } from '../state.ts';
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
      <button type="button" class="skip" onClick={() => document.getElementById('picture')?.focus()}>
        {t.value.skipToPicture}
      </button>
      <Header />
      <FailureBar />
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
      <p role="status" class="unseen">
        {status.value}
      </p>
      <DropTarget />
    </Unbroken>
  );
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
