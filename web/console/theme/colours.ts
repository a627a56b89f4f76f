/** A colour of tokens.css as it is right now, light or dark: what is drawn on a canvas cannot name it. */
export function colourOf(token: `--${string}`): string {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
