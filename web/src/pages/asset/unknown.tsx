// A key that means nothing: what may have been meant.
import { catalog } from '../../store/catalog';
import { href } from '../../store/router';
import { AssetLink } from '../../ui/parts';
import { number } from '../../words';
import { nearest_keys } from './model';
import { asset_words } from './words';

export function Unknown({ name }: { name: string }) {
  const w = asset_words.value;
  const keys = catalog.value?.columns.key ?? [];
  const below = keys.filter(key => key.startsWith(name + '/'));
  const near = nearest_keys(name, keys);
  return (
    <div class="empty">
      <h1>{w.unknown(name)}</h1>
      {below.length > 0 ? (
        <>
          <p>{w.is_folder(below.length)}</p>
          <ul class="asset-neighbours">{below.slice(0, 20).map(key => <li key={key}><AssetLink name={key} /></li>)}</ul>
        </>)
        : near.length > 0 && <><p>{w.meant}</p><ul class="asset-neighbours">{near.map(key => <li key={key}><AssetLink name={key} /></li>)}</ul></>}
      <p class="quiet">{w.unknown_why}</p>
      <p><a class="button" href={href('/assets', { q: name })}>{w.search_catalog(number(keys.length))}</a></p>
    </div>
  );
}
