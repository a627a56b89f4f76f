import { Page } from '../../parts/page';

export default function TryPage() {
  return (
    <Page title="Try">
      <p>Texts in, labels out.</p>
    </Page>
  );
}
