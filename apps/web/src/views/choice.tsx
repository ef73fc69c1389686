/** @file One of a few, as a row of radio buttons. */
import type { Signal } from '@preact/signals';

export function Choice<T extends string>(props: {
  legend: string;
  name: string;
  options: readonly (readonly [id: T, label: string])[];
  signal: Signal<T>;
  isWide?: boolean;
}) {
  const { legend, name, options, signal, isWide } = props;
  return (
    <fieldset class={`choice${isWide ? ' wide' : ''}`}>
      <legend>{legend}</legend>
      {options.map(([id, label]) => (
        <label key={id}>
          <input
            type="radio"
            name={name}
            value={id}
            checked={signal.value === id}
            onChange={() => {
              signal.value = id;
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
