// The mediator's page: reads what the station says of itself, and shows the screen that follows.

import { render } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Away, get, post, Refused } from "./api/client";
import { listen } from "./api/events";
import { saver } from "./api/saver";
import type { StationState } from "./api/types";
import { AppContext, tellChanged, useApp, type App } from "./app_context";
import {
  languageNames,
  load,
  locales,
  speak,
  TextsContext,
  useTexts,
  type Speech,
} from "./i18n/texts";
import { pt } from "./i18n/pt";
import { DayScreen } from "./screens/day";
import { LogScreen } from "./screens/log";
import { RequestScreen } from "./screens/request";
import { TellScreen } from "./screens/tell";
import { ConflictsScreen } from "./screens/conflicts";
import { PersonForm } from "./screens/person_form";
import { Covered, SignIn } from "./screens/sign_in";
import { NewSession } from "./session/new_session";
import { SessionScreen } from "./session/session";
import { VisitScreen } from "./visit/visit";
import { Shell } from "./screens/shell";
import { applyRemembered, loadFonts } from "./ui/display";
import { Button } from "./ui/parts";
import { goInstead, useRoute } from "./ui/route";

function useSpeech(language: keyof typeof languageNames | undefined): Speech {
  const [speech, set] = useState(() => speak("pt", pt));
  useEffect(() => {
    if (!language || language === speech.language) return;
    void load(language).then((texts) => set(speak(language, texts)));
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = locales[speech.language];
  }, [speech]);
  return speech;
}

// The station's own words about an error, in the UI's language where it has them.
function wordsFor(error: unknown, { t, told }: Speech) {
  if (error instanceof Away) return t("error.away");
  if (error instanceof Refused)
    return told(`error.${error.code}`, error.message || t("error.broken"), {
      n: error.waitSeconds,
    });
  return t("error.broken");
}

type Contact = "asking" | "here" | "away" | "refused";

function Root() {
  const [state, setState] = useState<StationState | null>(null);
  const [contact, setContact] = useState<Contact>("asking");
  const [word, setWord] = useState<{ text: string; bad: boolean } | null>(null);
  const speech = useSpeech(state?.language);
  const words = useRef(speech);
  words.current = speech;

  const told = useRef(0); // how often the station told its state by itself
  const refresh = useCallback(async () => {
    const before = told.current;
    try {
      const found = await get<StationState>("state");
      if (told.current === before) setState(found); // what was told meanwhile is newer
      setContact("here");
    } catch (error) {
      setContact(error instanceof Refused ? "refused" : "away");
    }
  }, []);
  const fail = useCallback((error: unknown) => {
    if (error instanceof Refused && error.status === 423) void refresh();
    else setWord({ text: wordsFor(error, words.current), bad: true });
  }, []);
  const say = useCallback((text: string) => setWord({ text, bad: false }), []);

  useEffect(() => {
    saver.refused = fail;
    void refresh();
    void listen(
      "events",
      (event, data) => {
        if (event === "state") {
          told.current++;
          setState(JSON.parse(data));
        }
        if (event === "changed") tellChanged(JSON.parse(data));
      },
      (alive) => {
        setContact(alive ? "here" : "away");
      },
      () => setContact("refused"),
    );
  }, []);

  const cover = (what: "hidden" | "locked") => async () => {
    setState((now) => now && { ...now, [what]: true }); // at once; the station confirms
    try {
      await post(what === "hidden" ? "hide" : "lock");
    } catch (error) {
      if (error instanceof Refused) fail(error);
    }
  };
  const app: App | null = state && {
    state,
    // An answer may come later than what was told after it: so it is asked again.
    take: (given) => {
      setState(given);
      void refresh();
    },
    refresh,
    fail,
    say,
    hide: cover("hidden"),
    lock: cover("locked"),
  };
  return (
    <TextsContext.Provider value={speech}>
      {contact === "refused" ? (
        <Unlinked />
      ) : !app ? (
        <Reading away={contact === "away"} />
      ) : (
        <AppContext.Provider value={app}>
          <Gate />
          <Word word={word} close={() => setWord(null)} />
        </AppContext.Provider>
      )}
    </TextsContext.Provider>
  );
}

// Who may see what: nothing behind it is on the page while it is covered.
function Gate() {
  const { state } = useApp();
  // Until the supervisor's code was written down, although there is a person by then.
  const [starting, setStarting] = useState(state.first_run);
  if (starting) return <PersonForm first done={() => setStarting(false)} />;
  if (state.hidden && state.person) return <Covered hidden />;
  if (!state.person) return <SignIn />;
  if (state.locked) return <Covered />;
  return <Inside />;
}

// Null: an address that leads nowhere.
function screenOf(place: string, id: string | undefined) {
  if (place === "session" && id) return <SessionScreen id={id} key={id} />;
  if (place === "new") return <NewSession />;
  if (place === "visit") return <VisitScreen />;
  const screen = screenInShell(place, id);
  return screen && <Shell place={place}>{screen}</Shell>;
}

function screenInShell(place: string, id: string | undefined) {
  if (place === "tell") return <TellScreen />;
  if (place === "conflicts") return <ConflictsScreen />;
  if (place === "log") return <LogScreen part={id ?? "complaint"} key={id} />;
  if (place === "request" && id) return <RequestScreen id={id} key={id} />;
  if (place === "day") return <DayScreen />;
  return null;
}

function Inside() {
  const { state } = useApp();
  const [place = "", id] = useRoute();
  const screen = screenOf(place, id);
  const isPlace = screen !== null;
  // After a killed browser, or from an address that leads nowhere: the place where the work is.
  useEffect(() => {
    if (isPlace) return;
    if (state.visit && !state.session) goInstead("visit");
    else if (state.session) goInstead("session", state.session);
    else goInstead("day");
  }, [isPlace]);
  return screen;
}

function Word({ word, close }: { word: { text: string; bad: boolean } | null; close: () => void }) {
  const { t } = useTexts();
  useEffect(() => {
    if (!word || word.bad) return;
    const timer = setTimeout(close, 6_000);
    return () => clearTimeout(timer);
  }, [word]);
  return (
    <div class="toast-place" role={word?.bad ? "alert" : "status"}>
      {word && (
        <div class="toast">
          <span>{word.text}</span>
          <Button kind="plain" icon="close" label={t("close")} onClick={close} />
        </div>
      )}
    </div>
  );
}

function Reading({ away }: { away: boolean }) {
  const { t } = useTexts();
  return (
    <main class="alone" aria-busy={!away}>
      <h1 class="sub">{t(away ? "away.title" : "reading")}</h1>
      {away && <p>{t("away.text")}</p>}
    </main>
  );
}

// Somebody opened the address without the token of this launch.
function Unlinked() {
  const { t } = useTexts();
  return (
    <main class="alone">
      <h1>{t("unlinked.title")}</h1>
      <p>{t("unlinked.text")}</p>
    </main>
  );
}

applyRemembered();
render(<Root />, document.getElementById("page")!);
loadFonts();
