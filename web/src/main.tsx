import { render } from 'preact';
import { App, fetch_first } from './app';
import { start_keys } from './keys';
import { start_router } from './store/router';
import { start_stream } from './store/stream';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';

start_router();
fetch_first();
start_keys();
start_stream();
render(<App />, document.getElementById('app')!);
