// What a page shows, as a command and as an API call: people of CI learn from the page.
import { api_url } from '../store/http';
import { common } from '../words/common';
import { Icon } from './icon';
import { tell } from './toast';

/// A word as a shell takes it.
export const quoted = (word: string): string => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
export const freshet = (...args: string[]): string => ['freshet', ...args.map(quoted)].join(' ');
export function curl(method: 'GET' | 'POST', path: string, body?: unknown): string {
  const url = new URL(api_url(path), location.href).href;
  return `curl -H "Authorization: Bearer $(cat .freshet/token)" ${quoted(url)}` +
    (method === 'GET' ? '' : body === null ? ' -X POST' : ` --json ${quoted(JSON.stringify(body ?? {}))}`);
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context there is no clipboard; the old way still works.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  tell(common.value.copied);
}
export function Command({ text }: { text: string }) {
  return (
    <div class="command"><code>{text}</code>
      <button class="button is-plain is-icon" aria-label={`${common.value.copy}: ${text}`} title={common.value.copy} onClick={() => void copy(text)}><Icon name="copy" /></button>
    </div>
  );
}

export function AsCommand({ cli, call }: { cli?: string; call: string }) {
  return (
    <details class="as-command"><summary class="quiet">{common.value.as_command} · {common.value.as_call}</summary>
      <div class="stack">{cli && <Command text={cli} />}<Command text={call} /></div>
    </details>
  );
}
