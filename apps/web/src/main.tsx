/** @file The page's entry: puts the store in order, mounts the views, opens the built-in network. */
import { render } from 'preact';
import './style.css';
import { start } from './actions.ts';
import { App } from './views/app.tsx';

if (location.hash.startsWith('#self-test')) {
  void import('./self-test.ts').then(({ selfTest }) => selfTest());
} else {
  start();
  render(<App />, document.getElementById('app')!);
}
