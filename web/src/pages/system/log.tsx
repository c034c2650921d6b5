// The daemon's own last lines.
import { useResource } from '../../store/resource';
import { param, set_params } from '../../store/router';
import { Section } from '../../ui/parts';
import { clock_text, full_text } from '../../ui/time';
import { StatusMark } from '../../ui/status';
import { system_words } from './words';

interface Line { at: string; level: string; logger: string; text: string }
const levels = ['', 'info', 'warning', 'error'] as const;
const lines_max = 300;

export function DaemonLog() {
  const w = system_words.value;
  const level = param('level');
  const { data, reload } = useResource<{ items: Line[] }>(`system/log?limit=${lines_max}` + (level ? `&level=${level}` : ''));
  const items = data.value?.items ?? [];
  return (
    <Section title={w.log} aside={
      <div class="row">
        <label class="row"><span class="quiet">{w.level}</span>
          <select class="field" value={level} onChange={event => set_params({ level: event.currentTarget.value })}>
            {levels.map(each => <option key={each} value={each}>{w.levels[each || 'all']}</option>)}
          </select></label>
        <button class="button" onClick={reload}>{w.follow}</button>
      </div>}>
      {items.length === 0 ? <p class="quiet">{w.no_lines}</p> : (
        <div class="scroll daemon-log" tabIndex={0} role="region" aria-label={w.log}>
          <table class="list"><tbody>{items.toReversed().map((line, i) => (
            <tr key={i}><td class="mono quiet" title={full_text(line.at)}>{clock_text(line.at)}</td>
              <td>{line.level === 'error' || line.level === 'warning' ? <StatusMark word={line.level === 'error' ? 'failed' : 'warn'} text={line.level} /> : <span class="quiet">{line.level}</span>}</td>
              <td class="quiet">{line.logger}</td><td class="mono log-text">{line.text}</td></tr>))}</tbody></table>
        </div>)}
    </Section>
  );
}
