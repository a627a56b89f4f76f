import 'graphiql/setup-workers/vite';
// Piece by piece: `graphiql/style.css` is these and 600 kB more, the editor's own style a second time and two fonts.
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { examples } from '../examples';
import { graphqlAt } from './fetcher';
import { storageUnder } from './storage';

const root = document.getElementById('graphiql');
if (!root) throw new Error('index.html has no element #graphiql');

createRoot(root).render(
  <GraphiQL
    fetcher={graphqlAt(new URL('/graphql', location.href))}
    defaultTabs={examples}
    storage={storageUnder('manyhead:')}
    inputValueDeprecation
  >
    <GraphiQL.Logo>
      <a href="/" title="To the console">
        Manyhead
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
