// Sections of the page of health: definitions, a line on sources, alert routes, configuration.
import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { post } from '../../store/http';
import { on_kinds, useResource } from '../../store/resource';
import { href } from '../../store/router';
import { copy } from '../../ui/command';
import { Section } from '../../ui/parts';
import { StatusMark } from '../../ui/status';
import { Time } from '../../ui/time';
import { attempt, tell } from '../../ui/toast';
import { number } from '../../words';
import { common } from '../../words/common';
import { system_words } from './words';

export interface Diagnostic { severity: 'error' | 'warning'; file: string; line: number; column: number; message: string }
export interface Project { name: string; directory: string; assets: number; loaded_at: string | null; valid: boolean; diagnostics: Diagnostic[] }

export function Definitions({ projects }: { projects: Project[] }) {
  const w = system_words.value;
  const reload = async () => { if (await attempt(() => post('reload'))) tell(w.reloaded); };
  return (
    <Section title={w.definitions} aside={<button class="button" onClick={() => void reload()}>{w.reload}</button>}>
      {projects.map(project => (
        <div key={project.directory} class="project stack">
          <div class="row wrap"><strong>{project.name || w.never_valid}</strong><StatusMark word={project.valid ? 'ok' : 'failed'} text={project.valid ? w.valid : w.rejected} />
            <span>{common.value.assets(project.assets)}</span><span class="quiet">{w.loaded} <Time at={project.loaded_at} as="both" /></span><code class="quiet">{project.directory}</code></div>
          {project.diagnostics.length > 0 && (
            <details open={!project.valid}><summary>{w.diagnostics(project.diagnostics.length)}</summary>
              <ul>{project.diagnostics.map((each, i) => (
                <li key={i} class="row wrap"><StatusMark word={each.severity === 'error' ? 'failed' : 'warn'} text={each.severity} />
                  <button class="button is-plain mono" title={common.value.copy} onClick={() => void copy(`${each.file}:${each.line}:${each.column}`)}>{each.file}:{each.line}:{each.column}</button><span>{each.message}</span></li>))}</ul>
            </details>)}
        </div>))}
    </Section>
  );
}

interface Source { state: string }
const source_wakes = on_kinds('definitions');
/// One line; they have a page of their own.
export function Sources() {
  const w = system_words.value;
  const { data } = useResource<{ items: Source[] }>('sources', source_wakes);
  const items = data.value?.items ?? [];
  const failed = items.filter(each => each.state === 'error').length;
  return (
    <Section title={w.sources}>
      <p><a href={href('/sources')}>{data.value && items.length === 0 ? w.no_sources : w.sources_n(items.length)}</a>{failed > 0 && <> <a href={href('/sources', { state: 'error' })}><StatusMark word="failed" text={w.in_error(failed)} /></a></>}</p>
    </Section>
  );
}

interface Route { name: string; project: string; to: string; on: string[]; select: string | null; failures: number; told_at: string | null; text: string }
const alert_wakes = on_kinds('alert', 'definitions');
export function Routes() {
  const w = system_words.value;
  const { data } = useResource<{ routes: Route[] }>('alerts?limit=1', alert_wakes);
  const routes = data.value?.routes ?? [];
  const test = async (route: Route) => { if (await attempt(() => post('alerts/test', { route: route.name, project: route.project }))) tell(w.tested); };
  return (
    <Section title={w.routes}>
      {data.value && routes.length === 0 ? <p class="quiet">{w.no_routes}</p> : (
        <div class="scroll" tabIndex={0} role="region" aria-label={w.routes}>
          <table class="list">
            <thead><tr>{[w.route, w.to, w.told, w.failures].map(each => <th key={each} scope="col">{each}</th>)}<td /></tr></thead>
            <tbody>{routes.map(route => (
              <tr key={route.project + route.name}><th scope="row">{route.name}</th><td class="quiet">{route.to}{route.select ? ` · ${route.select}` : ''}</td><td><Time at={route.told_at} as="both" /></td>
                <td>{route.failures > 0 ? <StatusMark word="failed" text={`${number(route.failures)}: ${route.text}`} /> : '0'}</td>
                <td class="end"><button class="button" onClick={() => void test(route)}>{w.test}</button></td></tr>))}</tbody>
          </table>
        </div>)}
    </Section>
  );
}

export interface Setting { name: string; value: string; origin: 'default' | 'option' | 'environment' | 'file' }
export function Configuration({ settings }: { settings: Setting[] }) {
  const w = system_words.value;
  const text = useMemo(() => signal(''), []);
  const wanted = text.value.toLowerCase();
  return (
    <Section title={w.config} aside={<input class="field" type="search" aria-label={w.search} placeholder={w.search} value={text.value} onInput={event => { text.value = event.currentTarget.value; }} />}>
      <div class="scroll" tabIndex={0} role="region" aria-label={w.config}>
        <table class="list">
          <thead><tr>{[w.name, w.value, w.origin].map(each => <th key={each} scope="col">{each}</th>)}</tr></thead>
          <tbody>{settings.filter(each => `${each.name} ${each.value}`.toLowerCase().includes(wanted)).map(each => (
            <tr key={each.name}><th scope="row" class="mono">{each.name}</th><td class="mono">{each.value}</td><td class="quiet">{w.origins[each.origin]}</td></tr>))}</tbody>
        </table>
      </div>
    </Section>
  );
}
