import { ButtonLink } from '../../parts/button';
import { Page } from '../../parts/page';

export default function ReferencePage() {
  return (
    <Page title="API" actions={<ButtonLink href="/graphql">Open GraphiQL</ButtonLink>}>
      <p>
        Everything here is done through GraphQL at <code>/graphql</code>.
      </p>
    </Page>
  );
}
