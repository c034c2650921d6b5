import { counted, number, words } from '../../words';

const en = {
  sentence: (assets: number, total: number, bad: number) => `${counted(assets, 'asset is', 'assets are')} cut into ${counted(total, 'partition', 'partitions')}; ${bad === 0 ? 'all of them are fresh' : `${number(bad)} are not fresh`}.`,
  none: 'No asset is cut into partitions. That is normal.', none_text: 'Cut an asset where its parts arrive or are repaired one by one: by day, by key, or by both.',
  asset: 'Asset', cut: 'Cut by', fresh: 'fresh', stale: 'stale', missing: 'missing', failed: 'failed', in_progress: 'in progress', total: 'total', state: 'State', repair: 'Backfill …', filter: 'Filter by key',
  only: { all: 'all', failed: 'with failures', missing: 'with gaps', stale: 'with stale ones', in_progress: 'in progress' }, show: 'Show',
};
const de: typeof en = {
  sentence: (assets, total, bad) => `${counted(assets, 'Asset ist', 'Assets sind')} in ${counted(total, 'Partition', 'Partitionen')} geteilt; ${bad === 0 ? 'alle sind aktuell' : `${number(bad)} sind nicht aktuell`}.`,
  none: 'Kein Asset ist in Partitionen geteilt. Das ist normal.', none_text: 'Teilen Sie ein Asset, wenn seine Teile einzeln eintreffen oder einzeln repariert werden: nach Tagen, nach Schlüsseln oder nach beidem.',
  asset: 'Asset', cut: 'Geteilt nach', fresh: 'aktuell', stale: 'veraltet', missing: 'fehlen', failed: 'fehlgeschlagen', in_progress: 'in Arbeit', total: 'gesamt', state: 'Zustand', repair: 'Backfill …', filter: 'Nach Schlüssel filtern',
  only: { all: 'alle', failed: 'mit Fehlern', missing: 'mit Lücken', stale: 'mit veralteten', in_progress: 'in Arbeit' }, show: 'Zeigen',
};
export const partitions_words = words(en, de);
