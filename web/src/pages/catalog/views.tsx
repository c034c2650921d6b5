// Filters kept under a name, and the list as a file.
import { useSignal } from '@preact/signals';
import { saved_views } from '../../store/prefs';
import { href, href_with } from '../../store/router';
import { close_dialog, open_dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icon';
import { Menu } from '../../ui/parts';
import { common } from '../../words/common';
import { csv } from './csv';
import type { Listing } from './listing';
import { catalog_words } from './words';

/// Kept without the prefix, which may be another one tomorrow.
const own = '/assets';
const address_now = (): string => href_with({ at: '' }).slice(href('').length);

export function Views() {
  const w = catalog_words.value;
  const views = saved_views.value.filter(view => view.address === own || view.address.startsWith(own + '?'));
  return (
    <Menu id="catalog-views" label={<><Icon name="star" />{w.views}</>}>
      {views.length === 0 && <p class="quiet">{w.no_views}</p>}
      {views.map(view => (
        <div key={view.name} class="row view">
          <a class="grow clip" href={href('') + view.address} aria-current={view.address === address_now() ? 'true' : undefined}>{view.name}</a>
          <button class="button is-plain is-icon" aria-label={w.forget(view.name)} title={w.forget(view.name)}
            onClick={() => { saved_views.value = saved_views.peek().filter(each => each !== view); }}><Icon name="x" /></button>
        </div>))}
      <button onClick={() => open_dialog(w.save_title, <SaveForm address={address_now()} />)}><Icon name="plus" />{w.save}</button>
    </Menu>
  );
}

function SaveForm({ address }: { address: string }) {
  const w = catalog_words.value, c = common.value;
  const name = useSignal('');
  const save = () => {
    const called = name.value.trim();
    if (!called) return;
    saved_views.value = [...saved_views.peek().filter(view => view.name !== called), { name: called, address }];
    close_dialog();
  };
  return (
    <form class="stack" onSubmit={event => { event.preventDefault(); save(); }}>
      <label class="labelled">{w.name}<input class="field" required maxLength={60} value={name} onInput={event => { name.value = event.currentTarget.value; }} /></label>
      <div class="buttons"><button type="button" class="button" onClick={close_dialog}>{c.cancel}</button><button class="button is-primary">{w.save_now}</button></div>
    </form>
  );
}

export function ExportButton({ listing }: { listing: Listing }) {
  const w = catalog_words.value;
  const write = () => {
    const url = URL.createObjectURL(new Blob([csv(listing.ranks, listing.catalog, listing.status)], { type: 'text/csv' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'assets.csv';
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  };
  return <button class="button is-icon" aria-label={w.export} title={w.export} onClick={write}><Icon name="download" /></button>;
}
