import { render } from 'preact';
import { App } from './app/app';
import { startLanguage } from './i18n';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/surfaces.css';
import './styles/controls.css';
import './styles/stream.css';
import './styles/pages.css';
import './styles/responsive.css';
import './styles/added.css';
import './styles/machine.css';

void startLanguage().then(() => render(<App />, document.getElementById('root')!));
