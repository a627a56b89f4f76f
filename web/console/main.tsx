import '@fontsource-variable/inter/wght.css';
import './tokens.css';
import './elements.css';
import './classes.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Frame } from './frame/frame';
import { ApiKeyProvider } from './graphql/api-key';
import { Pages } from './routes';
import { applyTheme, rememberedTheme } from './theme/theme';

const root = document.getElementById('console');
if (!root) throw new Error('index.html has no element #console');

applyTheme(rememberedTheme());
createRoot(root).render(
  <StrictMode>
    <ApiKeyProvider>
      <Frame>
        <Pages />
      </Frame>
    </ApiKeyProvider>
  </StrictMode>,
);
