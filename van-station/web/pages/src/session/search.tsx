// Finds a service by a few letters, by occasion or by agency; all of it without the mouse.

import { useEffect, useRef, useState } from "preact/hooks";
import { get, post } from "../api/client";
import { saver } from "../api/saver";
import type { Catalogue, Hit, Session } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Resumed, useScrap, type Writing } from "../scrap";
import { Icon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Next } from "../ui/next";
import { Button, Dialog, TextField } from "../ui/parts";

const pauseMs = 40;
const hitsMax = 60;

interface Found {
  total: number;
  hits: Hit[];
  q: string; // what was asked
}
type Narrowed = { by: "occasion" | "agency"; id: string; name: string };

function useHits(q: string, narrowed: Narrowed | null) {
  const { fail } = useApp();
  const { language } = useTexts();
  const [found, set] = useState<Found | null>(null);
  const asked = useRef(0);
  useEffect(() => {
    if (!q.trim() && !narrowed) return set(null);
    const mine = ++asked.current;
    const timer = setTimeout(async () => {
      const query = new URLSearchParams({ q, limit: String(hitsMax) });
      if (narrowed) query.set(narrowed.by, narrowed.id);
      try {
        const answer = await get<Omit<Found, "q">>(`search?${query}`);
        if (mine === asked.current) set({ ...answer, q });
      } catch (error) {
        fail(error);
      }
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [q, narrowed, language]);
  return found;
}

interface Props {
  session: Session;
  open: (service: string) => void;
  back: () => void;
  done: () => void;
}

export function Search({ session, open, back, done }: Props) {
  const { t } = useTexts();
  const { fail } = useApp();
  const [q, setQ] = useState("");
  const [narrowed, setNarrowed] = useState<Narrowed | null>(null);
  const [at, setAt] = useState(0);
  const [catalogue, setCatalogue] = useState<Catalogue | null>(null);
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const found = useHits(q, narrowed);
  const { language } = useTexts();

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    get<Catalogue>("catalogue").then(setCatalogue, fail);
  }, [language]);
  useEffect(() => setAt(0), [found]);
  useEffect(() => {
    document.getElementById(`hit-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const chosen = found?.hits[at];
  // Enter right after a letter means the hits for that letter, not those still shown.
  const entered = useRef(false);
  const enter = () => {
    if (found?.q !== q) entered.current = true;
    else if (chosen) open(chosen.code);
  };
  useEffect(() => {
    const first = found?.hits[0];
    if (entered.current && found?.q === q && first) open(first.code);
    if (found?.q === q) entered.current = false;
  }, [found]);
  const leave = () => {
    if (q || narrowed) {
      setQ("");
      setNarrowed(null);
      input.current?.focus();
    } else {
      back();
    }
  };
  useKeys({ Escape: leave, "Ctrl+K": () => input.current?.select() });
  const move = (event: KeyboardEvent) => {
    const count = found?.hits.length ?? 0;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    const step = steps[event.key];
    if (step && count) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(count - 1, at + step)));
    }
    if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      enter();
    }
  };
  const narrow = (to: Narrowed) => {
    setNarrowed(to);
    input.current?.focus();
  };
  const requests = session.requests.length > 0;
  return (
    <>
      <div class="search">
        <Icon name="search" />
        <label class="sr" for="search">
          {t("search")}
        </label>
        <input
          id="search"
          ref={input}
          value={q}
          autocomplete="off"
          spellcheck={false}
          role="combobox"
          aria-expanded={!!found?.hits.length}
          aria-controls="hits"
          aria-autocomplete="list"
          aria-activedescendant={chosen && `hit-${at}`}
          placeholder={t("search.hint")}
          onInput={(event) => setQ(event.currentTarget.value)}
          onKeyDown={move}
        />
        <kbd>Ctrl K</kbd>
      </div>
      {narrowed && (
        <p class="line">
          <b>{narrowed.name}</b>
          <Button kind="plain" icon="close" onClick={() => setNarrowed(null)}>
            {t("search.all")}
          </Button>
        </p>
      )}
      {!found && catalogue && <Browse catalogue={catalogue} narrow={narrow} />}
      {found && found.hits.length > 0 && (
        <Hits found={found} at={at} total={total(catalogue)} open={open} />
      )}
      {found && found.hits.length === 0 && (
        <section class="panel empty stack tight" role="status">
          <Icon name="search" class="huge" />
          <b>{t("search.none", { q })}</b>
          <p>{t("search.none.text")}</p>
          <p>
            <Button onClick={() => setMissing(true)}>{t("search.missing")}</Button>
          </p>
        </section>
      )}
      {missing && <Missing text={q} onClose={() => setMissing(false)} />}
      {chosen ? (
        <Next
          keys="Enter"
          action={enter}
          label={t("search.open", { name: chosen.name })}
          also={
            <Button keys="Esc" onClick={leave}>
              {t("back")}
            </Button>
          }
        />
      ) : (
        <Next
          action={requests ? done : undefined}
          label={t("to.receipt")}
          left={requests ? undefined : <p class="quiet">{t("search.first")}</p>}
        />
      )}
    </>
  );
}

const total = (catalogue: Catalogue | null) =>
  catalogue?.agencies.reduce((sum, agency) => sum + agency.count, 0) ?? 0;

function Hits({
  found,
  at,
  total: all,
  open,
}: {
  found: Found;
  at: number;
  total: number;
  open: (service: string) => void;
}) {
  const { t, money } = useTexts();
  return (
    <section class="panel" aria-label={t("search.found")}>
      <header>
        <h2 aria-live="polite">{t("search.count", { n: found.total, all })}</h2>
        <small class="quiet push">{t("search.choose")}</small>
      </header>
      <ul class="hits" role="listbox" id="hits" aria-label={t("search.found")}>
        {found.hits.map((hit, i) => (
          <li
            role="option"
            id={`hit-${i}`}
            key={hit.code}
            aria-selected={i === at}
            onClick={() => open(hit.code)}
          >
            <b>
              <Marked text={hit.name} marks={hit.marks} />
            </b>
            <span class="fee">{hit.fee_cents ? money(hit.fee_cents) : t("free")}</span>
            <small>
              {[hit.agency_short, hit.needs[0] && t("search.needs", { what: hit.needs[0] })]
                .filter(Boolean)
                .join(" · ")}
            </small>
            <small class="fee">{t("days", { n: hit.typical_days })}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

// The letters that were found; `marks` counts characters as people do, not UTF-16 units.
function Marked({ text, marks }: { text: string; marks: Hit["marks"] }) {
  const letters = [...text];
  const out = [];
  let at = 0;
  for (const [from = 0, to = 0] of marks) {
    out.push(letters.slice(at, from).join(""), <mark>{letters.slice(from, to).join("")}</mark>);
    at = to;
  }
  return (
    <>
      {out}
      {letters.slice(at).join("")}
    </>
  );
}

function Browse({ catalogue, narrow }: { catalogue: Catalogue; narrow: (to: Narrowed) => void }) {
  const { t } = useTexts();
  const [by, setBy] = useState<"occasion" | "agency">("occasion");
  const items =
    by === "occasion"
      ? catalogue.occasions.map(({ id, name, count }) => ({ id, name, count }))
      : catalogue.agencies.map(({ code, short, count }) => ({ id: code, name: short, count }));
  return (
    <section class="panel" aria-label={t(`browse.${by}`)}>
      <div class="tabs" role="group" aria-label={t("browse")}>
        <Button pressed={by === "occasion"} onClick={() => setBy("occasion")}>
          {t("browse.occasion")}
        </Button>
        <Button pressed={by === "agency"} onClick={() => setBy("agency")}>
          {t("browse.agency")}
        </Button>
      </div>
      <ul class="browse">
        {items.map(({ id, name, count }) => (
          <li key={id}>
            <button type="button" onClick={() => narrow({ by, id, name })}>
              <span>{name}</span>
              <b>{count}</b>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

// A need that no service covers: told to the hub, so that the list can be made better.
function Missing(props: { text: string; onClose: () => void }) {
  const scrap = useScrap("missing_service");
  return scrap && <MissingText key={scrap.id} {...props} scrap={scrap} />;
}

function MissingText({
  text: first,
  onClose,
  scrap,
}: {
  text: string;
  onClose: () => void;
  scrap: Writing;
}) {
  const { t } = useTexts();
  const { say } = useApp();
  const { busy, run } = useDoing();
  const text = scrap.values.text ?? first;
  const send = () =>
    void run(async () => {
      if (!text.trim()) return;
      await saver.flush();
      await post("missing-service", { text: text.trim(), scrap: scrap.id });
      say(t("missing.done"));
      onClose();
    });
  return (
    <Dialog title={t("search.missing")} onClose={onClose} keys={{ "Ctrl+Enter": send }}>
      <Resumed scrap={scrap} />
      <TextField
        id="missing"
        label={t("missing.what")}
        hint={t("missing.hint")}
        value={text}
        onInput={(typed) => scrap.put("text", typed)}
        long
        maxLength={1000}
        autofocus
      />
      <div class="line">
        <Button kind="main" keys="Ctrl Enter" onClick={send} disabled={busy}>
          {t("missing.send")}
        </Button>
      </div>
    </Dialog>
  );
}
