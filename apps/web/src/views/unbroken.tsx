/** @file A sentence and a way out in place of a blank page, if a view throws. */
import { Component, type ComponentChildren } from 'preact';
import { t } from '../i18n/index.ts';

export class Unbroken extends Component<{ children: ComponentChildren }, { error?: Error }> {
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
