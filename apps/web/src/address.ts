/**
 * @file The page's address: what a link carries, in the hash, as text. Unknown keys are ignored and bad values left out. The
 * network and the pictures are files of this computer and never part of it.
 */

export interface Address {
  /** Layer id. */
  readonly layer?: string | undefined;
  /** Pinned unit. */
  readonly unit?: readonly [c: number, y: number, x: number] | undefined;
  readonly measure?: string | undefined;
  readonly species?: string | undefined;
  /** Degrees; absent: the network's own. */
  readonly fov?: number | undefined;
  readonly lang?: string | undefined;
  readonly theme?: string | undefined;
  readonly view?: string | undefined;
  /** Settings of the lesson; absent: the usual ones. */
  readonly pictures?: number | undefined;
  readonly epochs?: number | undefined;
  readonly seed?: number | undefined;
}

/** `#layer=block1.relu1&unit=3,4,5` as an address. */
export function readAddress(hash: string): Address {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const unit = values.get('unit')?.split(',').map(Number);
  const fov = Number(values.get('fov') ?? Number.NaN);
  const whole = (key: string) => (/^\d+$/.test(values.get(key) ?? '') ? Number(values.get(key)) : undefined);
  return {
    layer: values.get('layer') ?? undefined,
    unit:
      unit?.length === 3 && unit.every((i) => Number.isInteger(i) && i >= 0) ? (unit as unknown as Address['unit']) : undefined,
    measure: values.get('measure') ?? undefined,
    species: values.get('species') ?? undefined,
    fov: fov > 0 && fov <= 180 ? fov : undefined,
    lang: values.get('lang') ?? undefined,
    theme: values.get('theme') ?? undefined,
    view: values.get('view') ?? undefined,
    pictures: whole('pictures'),
    epochs: whole('epochs'),
    seed: whole('seed'),
  };
}

/** The hash of an address; '' where everything is at its default. */
export function writeAddress(address: Address): string {
  const values = new URLSearchParams();
  for (const [key, value] of Object.entries(address)) if (value !== undefined) values.set(key, String(value));
  const text = values.toString().replaceAll('%2C', ',').replaceAll('%2F', '/').replaceAll('%3A', ':');
  return text === '' ? '' : `#${text}`;
}
