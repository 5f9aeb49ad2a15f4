// Where one is: #/day, #/session/ID/requests/d12. The part behind # never reaches a server.

import { useEffect, useState } from "preact/hooks";

export type Route = string[];

export const read = (): Route =>
  location.hash.startsWith("#/") ? location.hash.slice(2).split("/").map(decodeURIComponent) : [];

export function go(...parts: string[]) {
  location.hash = `#/${parts.map(encodeURIComponent).join("/")}`;
}

// Instead of the present place: "back" does not return to it.
export function goInstead(...parts: string[]) {
  history.replaceState(null, "", `#/${parts.map(encodeURIComponent).join("/")}`);
  dispatchEvent(new Event("hashchange"));
}

export function useRoute(): Route {
  const [route, set] = useState(read);
  useEffect(() => {
    const changed = () => set(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}
