// The page's answer in words: what is shown and what of it is not well; or why there is nothing.
import { catalog as known_catalog } from '../../store/catalog';
import { href, href_with } from '../../store/router';
import { number } from '../../words';
import { Command, freshet } from '../../ui/command';
import { Empty, Loading } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { status_values } from './facets';
import { expression_of, is_all, nothing_chosen } from './query';
import type { Listing } from './listing';
import { catalog_words } from './words';

const told = [['failed', 'found_failed', 'failed'], ['late', 'found_late', 'late'], ['stale', 'found_stale', 'stale'], ['missing', 'found_missing', 'missing'], ['running', 'found_running', 'running']] as const;

/// Counts are of what text, selection and all facets but status leave.
export function Sentence({ listing }: { listing: Listing }) {
  const w = catalog_words.value;
  const counts = listing.counts.get('status')!, of = (word: typeof status_values[number]) => counts[status_values.indexOf(word)]!;
  const is_whole = is_all(listing.query), size = listing.catalog.size;
  const exceptions = told.filter(([word]) => of(word) > 0);
  if (size === 0) return <p class="sentence" />;
  const head = !is_whole ? w.shown(number(listing.ranks.length), number(size))
    : exceptions.length === 0 && of('fresh') === size ? w.all_fresh(size) : w.sentence(number(of('fresh')), number(size));
  return (
    <p class="sentence">
      <span role="status">{head}</span>
      {exceptions.map(([word, text, drawing]) => <a key={word} href={href_with({ status: word })} aria-current={listing.query.chosen.get('status')?.has(word) ? 'true' : undefined}><StatusMark word={drawing} text={w[text](of(word))} /></a>)}
      {!is_whole && <a href={href_with(nothing_chosen)}>{w.clear_all}</a>}
    </p>
  );
}

export function Nothing({ listing }: { listing: Listing }) {
  const w = catalog_words.value;
  if (!known_catalog.value) return <Loading />;
  if (listing.catalog.size === 0) return <Empty><p>{w.none_at_all}</p><Command text={freshet('init', 'shop')} /></Empty>;
  const found = listing.loosening();
  const name = found && (found.name === 'q' ? w.the_words : found.name === 'select' ? w.the_expression : w.facet[found.name]);
  return (
    <Empty>
      <p>{w.nothing} <code>{expression_of(listing.query)}</code>.{found && name && <> {w.without_condition(found.matches)} <em>{name}</em>.</>}</p>
      <div class="row wrap">
        {found && name && <a class="button is-primary" href={href_with({ [found.name]: '' })}>{w.remove(name)}</a>}
        <a class="button" href={href('/assets')}>{w.clear_all}</a>
      </div>
    </Empty>
  );
}
