// Its columns: what they mean, what they are made from, who reads them.
import { catalog } from '../../store/catalog';
import { key_path } from '../../store/http';
import { on_kinds, useResource } from '../../store/resource';
import { asset_href, href_with, param } from '../../store/router';
import { Empty, Failed, Section } from '../../ui/parts';
import type { TabProps } from './asset';
import type { AssetDetail, ColumnDefinition, ColumnOrigin } from './data';
import { Table } from './table';
import { asset_words } from './words';

const ColumnLink = ({ asset, column }: ColumnOrigin) => <a class="key" href={asset_href(asset, { tab: 'schema', column })}><span class="quiet">{asset}.</span>{column}</a>;

export function Schema({ rank, detail }: TabProps) {
  const w = asset_words.value;
  const chosen = param('column');
  if (detail.columns.length === 0) return <Empty><p class="sentence">{w.no_columns}</p><p class="quiet">{w.add_columns}</p></Empty>;
  const has_type = detail.columns.some(column => column.type), has_from = detail.columns.some(column => column.from.length > 0);
  return (
    <div class="stack">
      <p class="sentence">{w.columns_text(detail.columns.length)} <span class="quiet">{w.choose_column}</span></p>
      <Table label={w.tabs.schema} heads={[w.column, ...(has_type ? [w.type] : []), w.description, ...(has_from ? [w.made_from] : [])]}>
        <tbody>{detail.columns.map(column => (
          <tr key={column.name} aria-selected={column.name === chosen}>
            <th scope="row"><a class="key" href={href_with({ column: column.name === chosen ? '' : column.name })}>{column.name}</a></th>
            {has_type && <td class="mono quiet">{column.type}</td>}
            <td>{column.description} {Object.entries(column.tags).map(([tag, value]) => <span key={tag} class="chip">{value ? `${tag}: ${value}` : tag}</span>)}</td>
            {has_from && <td><span class="row wrap">{column.from.map(from => <ColumnLink key={`${from.asset} ${from.column}`} {...from} />)}</span></td>}
          </tr>))}
        </tbody>
      </Table>
      {detail.columns.some(column => column.name === chosen) && <ReadBy asset={detail.key} column={chosen} readers={[...catalog.value!.down.of(rank)]} />}
    </div>
  );
}

const readers_max = 40;
/// Columns of direct consumers that are made from one of ours; asked for only when a column is chosen.
function ReadBy({ asset, column, readers }: { asset: string; column: string; readers: number[] }) {
  const w = asset_words.value;
  return (
    <Section title={<span>{w.read_by} <span class="key">{column}</span></span>}>
      {readers.length === 0 ? <p class="quiet">{w.no_consumers}</p> : (
        <ul class="asset-neighbours">{readers.slice(0, readers_max).map(rank => <Reader key={rank} reader={catalog.value!.key(rank)} asset={asset} column={column} />)}</ul>)}
      {readers.length > readers_max && <p><a href={href_with({ tab: 'consumers', column: '' })}>{w.others(readers.length - readers_max)}</a></p>}
    </Section>
  );
}

interface Reading { made: ColumnDefinition[]; reads: 'this' | 'others' | 'all' }
/// How a consumer reads a column: what it makes from it; "all" where it does not say which it reads.
export function reading_of(reader: Pick<AssetDetail, 'columns' | 'dependencies'>, asset: string, column: string): Reading {
  const made = reader.columns.filter(each => each.from.some(from => from.asset === asset && from.column === column));
  const named = reader.dependencies.find(dep => dep.key === asset)?.columns ?? [];
  const says_from = reader.columns.some(each => each.from.some(from => from.asset === asset));
  if (made.length > 0 || named.includes(column)) return { made, reads: 'this' };
  return { made, reads: named.length > 0 || says_from ? 'others' : 'all' };
}

const wakes = on_kinds('definitions');
function Reader({ reader, asset, column }: { reader: string; asset: string; column: string }) {
  const w = asset_words.value;
  const read = useResource<AssetDetail>(`assets/${key_path(reader)}`, wakes);
  const found = read.data.value && reading_of(read.data.value, asset, column);
  return (
    <li><a class="key" href={asset_href(reader, { tab: 'schema' })}>{reader}</a>{' '}
      {read.error.value ? <Failed problem={read.error.value} /> : !found ? <span class="quiet">…</span>
        : found.made.length > 0 ? <span class="row wrap">→ {found.made.map(each => <ColumnLink key={each.name} asset={reader} column={each.name} />)}</span>
          : <span class="quiet">{w.reads[found.reads]}</span>}
    </li>
  );
}
