// A daemon of one's own on a project of one's own, for the time of a test.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const bin = process.env.FRESHET_BIN ?? new URL('../../build/dev/bin', import.meta.url).pathname;

export class Daemon {
  /// `files` by path, `freshet.yaml` among them; or `project` and `state`, folders that are there.
  constructor({ files, project, state, args = [] }) {
    Object.assign(this, { files, project, state, args });
    this.port = 0;
  }

  async start() {
    if (!this.folder) {
      this.folder = await mkdtemp(join(tmpdir(), 'freshet-web-'));
      this.project ??= join(this.folder, 'project');
      this.state ??= join(this.folder, 'state');
      for (const [path, text] of Object.entries(this.files ?? {})) {
        await mkdir(dirname(join(this.project, path)), { recursive: true });
        await writeFile(join(this.project, path), text);
      }
    }
    this.process = spawn(join(bin, 'freshet'),
      ['serve', this.project, '--state', this.state, '--listen', `127.0.0.1:${this.port}`, ...this.args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.said = [];
    const ticket = await new Promise((resolve, reject) => {
      const read = line => {
        this.said.push(line);
        const found = /(http:\/\/\S*?)\/\?ticket=\S+/.exec(line);
        if (found) resolve(found);
      };
      createInterface(this.process.stdout).on('line', read);
      createInterface(this.process.stderr).on('line', read);
      this.process.once('exit', code => reject(new Error(`the daemon ended with ${code}:\n${this.said.join('\n')}`)));
    });
    this.url = ticket[1];
    this.ticket_url = ticket[0];
    this.port = Number(new URL(this.url).port);
    this.token = (await readFile(join(this.state, 'token'), 'utf8')).trim();
    while (!(await fetch(`${this.url}/readyz`).catch(() => null))?.ok) await new Promise(go_on => setTimeout(go_on, 20));
    return this;
  }

  async request(method, path, body) {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method, headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
  get(path) { return this.request('GET', path); }
  post(path, body = {}) { return this.request('POST', path, body); }
  report(asset, data_version) { return this.post('events', { kind: 'observation', asset, data_version }); }

  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null) return;
    const end = once(this.process, 'exit');
    this.process.kill(signal);
    await end;
  }
  async close() {
    await this.stop();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
