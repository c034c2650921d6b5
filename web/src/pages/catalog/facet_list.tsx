// What the list can be narrowed by, with how many assets each choice would leave.
import { useSignal } from '@preact/signals';
import { href_with, set_params } from '../../store/router';
import { StatusMark, word_text } from '../../ui/status';
import { number } from '../../words';
import { facet_names, none, type Facet, type FacetName } from './facets';
import type { Listing } from './listing';
import { toggled } from './query';
import { catalog_words } from './words';

const shown_few = 7, shown_max = 300;
const has_own_order: ReadonlySet<FacetName> = new Set(['status', 'freshness', 'partitioned', 'automation']);

export function value_text(name: FacetName, value: string): string {
  const w = catalog_words.value;
  if (value === none) return w.without;
  if (name === 'partitioned') return value === 'yes' ? w.yes : w.no;
  if (name === 'automation' && value === 'none') return w.without;
  if (name === 'status' && value === 'warning') return w.warning;
  return name === 'status' || name === 'freshness' ? word_text(value) : value;
}
const mark_word = (value: string): string => value === 'warning' ? 'warn' : value;

export function FacetList({ listing }: { listing: Listing }) {
  return <>{facet_names.map(name => {
    const facet = listing.facets.find(each => each.name === name);
    return facet && <FacetChoice key={name} facet={facet} listing={listing} />;
  })}</>;
}

function FacetChoice({ facet, listing }: { facet: Facet; listing: Listing }) {
  const w = catalog_words.value;
  const is_long = useSignal(false);
  const chosen = listing.query.chosen.get(facet.name);
  const counts = listing.counts.get(facet.name)!;
  let values = facet.values.map((value, code) => ({ value, n: counts[code] ?? 0 })).filter(each => each.n > 0 || chosen?.has(each.value));
  if (!has_own_order.has(facet.name)) values = values.toSorted((a, b) => Number(a.value === none) - Number(b.value === none) || b.n - a.n || (a.value < b.value ? -1 : 1));
  // One value tells nothing apart.
  if (!chosen && (values.length === 0 || facet.values.length < 2 || (values.length <= 1 && listing.query.chosen.size === 0))) return null;
  const few = has_own_order.has(facet.name) ? values.length : shown_few;
  const first = values.slice(0, is_long.value ? shown_max : few);
  const shown = [...first, ...values.filter(each => chosen?.has(each.value) && !first.includes(each))];
  const title = w.facet[facet.name];
  return (
    <fieldset class="facet">
      <legend class="spread"><span>{title}</span>{chosen && <a class="clear" href={href_with({ [facet.name]: '' })} aria-label={w.clear_facet(title)}>✕</a>}</legend>
      {shown.map(({ value, n }) => (
        <label key={value} title={value_text(facet.name, value)}>
          <input type="checkbox" checked={chosen?.has(value) ?? false} onChange={() => set_params(toggled(listing.query.chosen, facet.name, value), 'push')} />
          <span class="clip grow">{facet.name === 'status' || facet.name === 'freshness'
            ? <StatusMark word={mark_word(value)} text={value_text(facet.name, value)} /> : value_text(facet.name, value)}</span>
          <span class="quiet">{number(n)}</span>
        </label>))}
      {values.length > few && <button class="more" aria-expanded={is_long.value} onClick={() => { is_long.value = !is_long.value; }}>
        {is_long.value ? w.fewer : w.more_values(values.length - few)}</button>}
    </fieldset>
  );
}
