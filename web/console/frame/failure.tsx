import { Component, type ReactNode } from 'react';
import { Button } from '../parts/button';
import { Page } from '../parts/page';
import { Notice } from '../parts/states';

/** Shows that a page is broken or could not be loaded, instead of nothing at all: React has no other way than a class. */
export class Failure extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title="This page does not work">
        <Notice kind="problem">
          It could not be loaded, or something in it is broken. The server may be away, or have been replaced by a newer
          one.
        </Notice>
        <div>
          <Button look="plain" onClick={() => location.reload()}>
            Load again
          </Button>
        </div>
      </Page>
    );
  }
}
