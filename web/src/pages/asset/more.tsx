// The two ends of a list that grows: newer ones that wait, older ones to be read.
import { common } from '../../words/common';
import type { Paged } from './paged';
import { asset_words } from './words';

export function More<T>({ paged, where }: { paged: Paged<T>; where: 'top' | 'bottom' }) {
  if (where === 'top') {
    return paged.waiting.value > 0 ? <button class="button asset-newer" onClick={paged.let_in}>{common.value.new_rows(paged.waiting.value)}</button> : null;
  }
  return paged.has_more.value ? <p><button class="button" onClick={paged.more}>{asset_words.value.older}</button></p> : null;
}
