import { Component, type ReactNode, useEffect } from 'react';
import { beforeAnotherTry } from '../graphql/another-try';
import { Button } from '../parts/button';
import { Page } from '../parts/page';
import { Notice } from '../parts/states';
import { NotLoaded } from './not-loaded';

/** Shows that a page is broken or could not be loaded, instead of nothing at all: React has no other way than a class. */
export class Failure extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
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
        {isNotLoaded(error) && <LoadedWhenBack />}
      </Page>
    );
  }
}

const isNotLoaded = (error: unknown): boolean => error instanceof NotLoaded;

/** Loads the page again once the server is back after it was away. Where it never was, that would go round for ever. */
function LoadedWhenBack() {
  useEffect(() => {
    let isLeft = false;
    let stop = () => {};
    const ask = async (tries: number) => {
      const isThere = await fetch('/livez', { cache: 'no-store' }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isLeft) return;
      if (!isThere) stop = beforeAnotherTry(tries, () => void ask(tries + 1));
      else if (tries > 0) location.reload();
    };
    void ask(0);
    return () => {
      isLeft = true;
      stop();
    };
  }, []);
  return null;
}
