import { useApiKey } from '../graphql/api-key';
import { Button } from '../parts/button';
import { Field } from '../parts/field';
import { Page } from '../parts/page';
import { Notice } from '../parts/states';
import styles from './frame.module.css';

/** Shown in the place of every page while the server wants a key. */
export function ApiKeyForm() {
  const { held, enter } = useApiKey();
  return (
    <Page title="API key" intro="This server answers only to those who have a key.">
      <form
        className={styles.keyForm}
        action={(form) => {
          const key = String(form.get('key') ?? '').trim();
          if (key) enter(key);
        }}
      >
        {held && <Notice kind="problem">The server did not take that key.</Notice>}
        <Field label="Key" hint="It stays in this tab, and is forgotten when the tab is closed.">
          {(field) => (
            // biome-ignore lint/a11y/noAutofocus: nothing else can be done here
            <input {...field} type="password" name="key" required autoFocus autoComplete="off" spellCheck={false} />
          )}
        </Field>
        <div>
          <Button type="submit">Go on</Button>
        </div>
      </form>
    </Page>
  );
}
