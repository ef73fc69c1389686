/** @file The ladder of preferences: what drives each layer most among the pictures shown, beside what areas are known to prefer. */
import { computed } from '@preact/signals';
import { type PatchSheet, preferenceLadder } from '@ventral/charts';
import { pictureUrl } from '../draw/picture.ts';
import { language } from '../i18n/index.ts';
import { measurements } from '../measurements.ts';
import { isDark, measuredGroups, network, physiologyTables } from '../state.ts';

/** The pictures of the run as an SVG image can hold them. */
const sheets = computed((): PatchSheet[] =>
  (measuredGroups.value.pictures.complexity ?? []).map(({ name, image }) => {
    const { heightPx, widthPx } = image;
    return { name, heightPx, widthPx, href: pictureUrl(image) };
  }),
);

const ladder = computed(() => {
  const { fovDeg, tables } = physiologyTables.value;
  const theme = isDark.value ? 'dark' : 'light';
  const inputPx = network.value?.widthPx ?? 1;
  return preferenceLadder(tables, sheets.value, measurements(), { language: language.value, theme, fovDeg, inputPx });
});

/** Nothing before it was measured. */
export function Preferences() {
  const shown = ladder.value;
  if (!shown) return null;
  return (
    <figure class="preferences">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={shown.title}>
        <img src={`data:image/svg+xml,${encodeURIComponent(shown.svg)}`} alt={shown.about} />
      </section>
      <figcaption>
        <p class="note">{shown.note}</p>
      </figcaption>
    </figure>
  );
}
