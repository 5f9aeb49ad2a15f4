// One map of keys for all screens: the youngest that knows a key has it. An open dialog takes
// all, so that nothing behind it acts.

import { useLayoutEffect, useRef } from "preact/hooks";

export type Bindings = Record<string, (() => void) | undefined>;
interface Layer {
  bindings: Bindings;
  modal: boolean;
}

const layers: Layer[] = [];

export function keyName(event: KeyboardEvent) {
  const letter = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.altKey ? "Alt+" : "") + letter;
}

addEventListener("keydown", (event) => {
  const name = keyName(event);
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const action = layer.bindings[name];
    if (action) {
      event.preventDefault();
      if (!event.repeat) action();
      return;
    }
    if (layer.modal) return;
  }
});

export function useKeys(bindings: Bindings, modal = false) {
  const layer = useRef<Layer>({ bindings, modal });
  layer.current.bindings = bindings;
  useLayoutEffect(() => {
    const mine = layer.current;
    layers.push(mine);
    return () => void layers.splice(layers.indexOf(mine), 1);
  }, []);
}
