import { render } from 'preact';
import { App } from './app';
import { start_keys } from './keys';
import { start_router } from './store/router';
import { start_stream } from './store/stream';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';

start_router();
start_keys();
start_stream();
render(<App />, document.getElementById('app')!);
