/** @file What gradient ascent found for units of each layer, the deepest layer on top. */
import { computed } from '@preact/signals';
import { shortName } from '@ventral/charts';
import { records } from '@ventral/probe';
import { pictureUrl } from '../draw/picture.ts';
import { t } from '../i18n/index.ts';
import { measuredGroups, tableNamed } from '../state.ts';

const sheets = computed(() => {
  const made = measuredGroups.value.pictures.visualise ?? [];
  const table = tableNamed('visualisations');
  if (!table) return [];
  const rows = records(table);
  return made
    .map(({ layerIndex, image }) => {
      const own = rows.filter((row) => row.layer_index === layerIndex);
      const channels = [...new Set(own.map(({ channel }) => String(channel)))];
      return { layer: String(own[0]!.layer), channels, href: pictureUrl(image), widthPx: image.widthPx };
    })
    .toReversed();
});

/** Nothing before it was measured. */
export function Visualisations() {
  const say = t.value.visualisations;
  if (sheets.value.length === 0) return null;
  return (
    <section class="visualisations" aria-labelledby="visualisations-title">
      <h3 id="visualisations-title">{say.title}</h3>
      <p class="note">{say.note}</p>
      {sheets.value.map(({ layer, channels, href, widthPx }) => (
        <figure key={layer}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section tabIndex={0} aria-label={shortName(layer)}>
            <img src={href} width={widthPx} alt={say.sheet(shortName(layer), channels.join(', '))} />
          </section>
          <figcaption>
            <strong>{shortName(layer)}</strong> {say.channels(channels.join(', '))}
          </figcaption>
        </figure>
      ))}
    </section>
  );
}
