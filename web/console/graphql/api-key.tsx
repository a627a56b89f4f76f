import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import { Provider } from 'urql';
import { consoleClient } from './client';

/** Where the key lies until the tab is closed. */
const PLACE = 'manyhead:api-key';

interface ApiKey {
  readonly held: boolean;
  /** What a request beside GraphQL must carry. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the server wants a key, or another one, before it answers. */
  readonly wanted: boolean;
  enter(key: string): void;
  forget(): void;
}

const ApiKeyContext = createContext<ApiKey | undefined>(undefined);

/** The key that the console calls with, if any. */
export function useApiKey(): ApiKey {
  const apiKey = use(ApiKeyContext);
  if (!apiKey) throw new Error('useApiKey is used outside ApiKeyProvider');
  return apiKey;
}

/** Gives what is inside a GraphQL client that calls with the key; with another key, a new client that knows nothing yet. */
export function ApiKeyProvider({ children }: { readonly children: ReactNode }) {
  const [key, setKey] = useState(() => sessionStorage.getItem(PLACE) ?? undefined);
  const [wanted, setWanted] = useState(false);
  const client = useMemo(() => consoleClient(key, () => setWanted(true)), [key]);
  const apiKey: ApiKey = {
    held: key !== undefined,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    wanted,
    enter(entered) {
      sessionStorage.setItem(PLACE, entered);
      setKey(entered);
      setWanted(false);
    },
    forget() {
      sessionStorage.removeItem(PLACE);
      setKey(undefined);
      setWanted(false);
    },
  };
  return (
    <ApiKeyContext value={apiKey}>
      <Provider value={client}>{children}</Provider>
    </ApiKeyContext>
  );
}
