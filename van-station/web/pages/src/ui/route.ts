// Where one is: #/day, #/session/ID/requests/d12. The part behind # never reaches a server.

import { useEffect, useState } from "preact/hooks";

export type Route = string[];

export const read = (): Route =>
  location.hash.startsWith("#/") ? location.hash.slice(2).split("/").map(decodeURIComponent) : [];

// At once for everybody: a browser that is told by `location.hash` tells of it later.
function show(how: "pushState" | "replaceState", parts: string[]) {
  history[how](null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
  dispatchEvent(new Event("hashchange"));
}

export const go = (...parts: string[]) => show("pushState", parts);
// Instead of the present place: "back" does not return to it.
export const goInstead = (...parts: string[]) => show("replaceState", parts);

export function useRoute(): Route {
  const [route, set] = useState(read);
  useEffect(() => {
    const changed = () => set(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}
