import { useState } from 'react';
import { Button } from './button';

/** Copies a text; nothing where the browser lets no page copy (one that came over http from another machine). */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState<string>();
  // Browsers leave it out there, whatever the type says.
  if (!isSecureContext) return null;
  return (
    <Button
      look="quiet"
      aria-label={`Copy ${what}`}
      onClick={async () => {
        await navigator.clipboard.writeText(text);
        setCopied(text);
      }}
    >
      <span aria-live="polite">{copied === text ? 'Copied' : 'Copy'}</span>
    </Button>
  );
}
