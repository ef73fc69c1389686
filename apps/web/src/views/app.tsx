/** @file The whole page: header, the desk with its three parts, what is said, and the window as a place to drop files. */
import { Component, type ComponentChildren } from 'preact';
import { t } from '../i18n/index.ts';
import { failure, status } from '../state.ts';
import { Cortex } from './cortex.tsx';
import { DropTarget } from './drop.tsx';
import { Header } from './header.tsx';
import { Layers } from './layers.tsx';
import { Maps } from './maps.tsx';
import { Picture } from './picture.tsx';

export function App() {
  return (
    <Unbroken>
      <a
        class="skip"
        href="#picture"
        onClick={(event) => {
          // The hash is the page's state: the link only moves the focus.
          event.preventDefault();
          document.getElementById('picture')?.focus();
        }}
      >
        {t.value.skipToPicture}
      </a>
      <Header />
      <FailureBar />
      <main class="desk">
        <Layers />
        <div class="bench">
          <Picture />
          <Maps />
        </div>
        <Cortex />
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

/** Shows a sentence in place of a blank page if a view throws. */
class Unbroken extends Component<{ children: ComponentChildren }, { error?: Error }> {
  override state: { error?: Error } = {};

  static override getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div class="broken" role="alert">
        <p>{t.value.errorBroken}</p>
        <button type="button" onClick={() => location.reload()}>
          {t.value.reload}
        </button>
        <details>
          <summary>{t.value.details}</summary>
          <pre>{error.stack ?? error.message}</pre>
        </details>
      </div>
    );
  }
}
