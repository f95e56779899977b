import type { JSX } from "preact";

function hueOf(name: string): number {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 3600;
  return hash / 10;
}

/** The first letter of a name, in a colour that goes with it. */
export function Avatar({ name }: { readonly name: string }): JSX.Element {
  const [first = "?"] = name;
  return (
    <span class="avatar" aria-hidden="true" style={{ "--hue": String(hueOf(name)) }}>
      {first.toUpperCase()}
    </span>
  );
}
