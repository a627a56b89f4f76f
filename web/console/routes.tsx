import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { loaded } from './frame/not-loaded';
import { Page } from './parts/page';
import { Empty, Loading } from './parts/states';

/** What the header leads to, in its order. */
export const sections = [
  { path: '/', title: 'Try' },
  { path: '/runs', title: 'Runs' },
  { path: '/train', title: 'Train' },
  { path: '/models', title: 'Models' },
  { path: '/data', title: 'Data' },
  { path: '/api', title: 'API' },
] as const;

/** Which page is where; each is loaded when it is first opened. */
const pages: readonly (readonly [path: string, page: ComponentType])[] = [
  ['/', lazy(loaded(() => import('./pages/try/try')))],
  ['/runs', lazy(loaded(() => import('./pages/runs/runs')))],
  ['/runs/:id', lazy(loaded(() => import('./pages/run/run')))],
  ['/train', lazy(loaded(() => import('./pages/train/train')))],
  ['/models', lazy(loaded(() => import('./pages/models/models')))],
  ['/models/:model', lazy(loaded(() => import('./pages/models/model')))],
  ['/models/:model/versions/:version', lazy(loaded(() => import('./pages/models/version')))],
  ['/data', lazy(loaded(() => import('./pages/data/data')))],
  ['/data/:name', lazy(loaded(() => import('./pages/dataset/dataset')))],
  ['/models/:model/compare', lazy(loaded(() => import('./pages/models/compare')))],
  ['/api', lazy(loaded(() => import('./pages/reference/reference')))],
];

/** The page of the address. */
export function Pages() {
  return (
    <Suspense fallback={<Loading what="the page" />}>
      <Switch>
        {pages.map(([path, page]) => (
          <Route key={path} path={path} component={page} />
        ))}
        <Route>
          <Page title="Nothing here">
            <Empty>There is no page at this address.</Empty>
          </Page>
        </Route>
      </Switch>
    </Suspense>
  );
}
