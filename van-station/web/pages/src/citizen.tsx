// The citizen's window: what is being asked and why, who will see it, and what was written. It only
// looks; nothing that happens here changes anything.

import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { listen } from "./api/events";
import type { CitizenView, Language } from "./api/types";
import { Screen } from "./citizen/screen";
import { load, locales, speak, TextsContext, type Speech } from "./i18n/texts";
import { pt } from "./i18n/pt";
import { loadFonts } from "./ui/display";

// What somebody chose at this window; the mediator's next choice takes its place.
interface Choice {
  type?: CitizenView["type"];
  contrast?: CitizenView["contrast"];
  language?: Language;
}

function useSpeech(language: Language): Speech {
  const [speech, set] = useState(() => speak("pt", pt));
  useEffect(() => {
    let old = false;
    void load(language).then((texts) => {
      if (!old) set(speak(language, texts));
    });
    return () => {
      old = true;
    };
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = locales[speech.language];
  }, [speech]);
  return speech;
}

function Window() {
  const [view, setView] = useState<CitizenView | null>(null);
  const [choice, setChoice] = useState<Choice>({});
  const [contact, setContact] = useState<"here" | "away" | "refused">("here");
  const asked = view && `${view.type} ${view.contrast} ${view.language}`;
  useEffect(() => setChoice({}), [asked, view?.screen === "idle"]);
  useEffect(() => {
    void listen(
      "citizen/events",
      (event, data) => {
        if (event === "citizen") setView(JSON.parse(data));
      },
      (alive) => setContact(alive ? "here" : "away"),
      () => setContact("refused"),
    );
  }, []);
  const speech = useSpeech(choice.language ?? view?.language ?? "pt");
  const { dataset } = document.documentElement;
  dataset.type = choice.type ?? view?.type ?? "normal";
  dataset.mode = (choice.contrast ?? view?.contrast) === "high" ? "sun" : "";
  // Without the station nobody could hide what stands here: so it stands here no longer.
  const shown = contact === "here" ? view : null;
  return (
    <TextsContext.Provider value={speech}>
      <Screen view={shown} refused={contact === "refused"} choice={choice} choose={setChoice} />
    </TextsContext.Provider>
  );
}

render(<Window />, document.getElementById("page")!);
loadFonts();
