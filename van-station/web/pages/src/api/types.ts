// What the station's API takes and returns, by the names that the pages use. The shapes are the
// contract's (schemas/station.openapi.json): `npm run types` in tests/browser makes
// contract.ts of it.

import type { components, operations } from "./contract";

type Shapes = components["schemas"];

type Scores = operations["assess"]["requestBody"]["content"]["application/json"]["scores"];

export type Language = Shapes["Language"];
// Where a request is: the words and shapes are those of the way (ui/way.tsx).
export type WayState = Shapes["Way"];
export type StationState = Shapes["State"];
export type Link = StationState["link"];
// The hotline: the number that stands on citizens' paper and on their last screen.
export type Help = Shapes["Help"];
// What somebody is writing in one place and is no record yet.
export type ScrapPlace = Shapes["ScrapPlace"];
export type Scrap = Shapes["Scrap"];
export type Place = Shapes["Place"];
export type SessionDefaults = Shapes["Defaults"];
export type Session = Shapes["Session"];
export type Step = Session["step"];
export type Outcome = Shapes["Outcome"];
export type Mark = Shapes["Check"];
export type CitizenField = keyof Shapes["Citizen"]["checks"];
export type ServiceName = Shapes["Service"];
export type Attachment = Shapes["Attachment"];
export type RequestAttachment = Shapes["RequestAttachment"];
export type Draft = Shapes["Draft"];
export type Request = Shapes["Request"];
export type ReceiptLine = Shapes["ReceiptLine"];
export type Receipt = Shapes["Receipt"];
export type Hit = Shapes["Search"]["hits"][number];
export type Catalogue = Shapes["Catalogue"];
export type Service = Shapes["Form"];
export type FormField = Shapes["Field"];
export type FieldType = FormField["type"];
export type Day = Shapes["Day"];
export type DayRequest = Day["requests"][number];
export type DaySession = Day["sessions"][number];
export type Reconciliation = NonNullable<Day["reconciliation"]>;
export type Told = Shapes["Tell"]["items"][number];
export type Conflict = Shapes["Conflicts"]["items"][number];
export type Visit = Shapes["Visit"];
export type Resident = Visit["residents"][number];
export type Planned = Pick<Resident, "room" | "name" | "note">;
// Who sleeps, or wants nothing today, is to come back to.
export type Rest = Extract<Resident["state"], "asleep" | "not_today">;
export type Printer = Shapes["Printers"]["printers"][number];
export type PaperFormat = Shapes["Format"];
// A text that the pages have in every language.
export type Words = Shapes["Words"];
export type CitizenView = Shapes["CitizenView"];
export type CitizenScreen = CitizenView["screen"];
export type Changed = Shapes["Changed"];
export type Standard = keyof Scores;

// All members of a union, in the order in which they are shown; it does not compile without one.
const all =
  <T extends string>() =>
  <const List extends readonly T[]>(list: List & ([T] extends [List[number]] ? unknown : never)) =>
    list as List;

export const helpDays = all<Help["days"]>()(["workdays", "six_days", "every_day"]);
export const citizenFields = all<CitizenField>()(["name", "nif", "birth_date", "phone", "address"]);
export const outcomes = all<Outcome>()([
  "resolved",
  "queued",
  "referred",
  "abandoned",
  "information",
]);
export const standards = all<Standard>()([
  "waiting_time",
  "courtesy",
  "accuracy",
  "accessibility",
  "privacy",
  "equipment",
]);
