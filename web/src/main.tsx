import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './console.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import './i18n';
import { cssVariables, theme } from './theme';

// The policy allows only styles that carry the answer's nonce: Mantine's, and those that keep the page still behind a dialog.
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';
setNonce(nonce);

const scheme = localStorageColorSchemeManager({ key: 'rowhouse.scheme' });

const host = document.getElementById('root');
if (host === null) throw new Error('index.html has no #root.');
createRoot(host).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={scheme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <App />
    </MantineProvider>
  </StrictMode>,
);
