// What the station's API takes and returns: schemas/station.openapi.json says the same for every
// language. Times are RFC 3339 in the station's own offset; ids are opaque.

export type Language = "pt" | "en" | "fr" | "uk";

// Where a request is: the words and shapes are those of the way (ui/way.tsx).
export type WayState =
  | "draft"
  | "recorded"
  | "sent"
  | "hub"
  | "unsure"
  | "agency"
  | "answered"
  | "refused"
  | "quarantine"
  | "conflict"
  | "held"
  | "withdrawn";

export interface Link {
  state: "idle" | "syncing" | "offline" | "attention" | "never";
  at: string | null;
  waiting: number;
  files: number; // of requests, that the hub has not said to have
  need_person: number;
  progress?: { sent: number; total: number };
  reason?: string;
}

export interface StationState {
  station: string;
  team: string | null;
  people: { id: string; name: string }[];
  first_run: boolean;
  person: { id: string; name: string } | null;
  locked: boolean;
  hidden: boolean;
  language: Language;
  link: Link;
  session: string | null;
  catalogue: { version: string };
  clock: string;
  low: { receipts?: boolean };
  visit: boolean;
  help: Help | null;
}

// The hotline: the number that stands on citizens' paper and on their last screen.
export const helpDays = ["workdays", "six_days", "every_day"] as const;
export interface Help {
  phone: string;
  days: (typeof helpDays)[number];
  from: string; // "09:00", or empty as `to` is
  to: string;
}

// What somebody is writing in one place and is no record yet.
export type ScrapPlace =
  | "opening"
  | "complaint"
  | "assessment"
  | "feedback"
  | "missing_service"
  | "visit"
  | "help"
  | "close"
  | "correction"
  | "withdrawal";
export interface Scrap {
  id: string;
  set: Record<string, string>;
  saved_at: string;
}

export interface Place {
  name: string;
  municipality: string;
  parish?: string;
}

export interface SessionDefaults {
  place: Place;
  channel: string;
  language: string;
}

export type Step = "privacy" | "citizen" | "requests" | "receipt" | "close" | "closed";
export type Mark = "ok" | "wrong" | "empty";
export const citizenFields = ["name", "nif", "birth_date", "phone", "address"] as const;
export type CitizenField = (typeof citizenFields)[number];

export interface ServiceName {
  code: string;
  name: string;
  agency_short: string;
  fee_cents: number;
}

export interface Attachment {
  name: string;
  bytes: number;
  hash: string;
}

// "hub" is the hub's own word; "refused": it will not have it.
export interface RequestAttachment extends Attachment {
  at: "here" | "hub" | "refused";
}

export interface Draft {
  id: string;
  session: string;
  service: ServiceName;
  version: string;
  fields: Record<string, string>;
  saved_at: string;
  checks: Record<string, { ok: boolean; code: string }>;
  missing: string[];
  offered: Record<string, { value: string; from: string }>;
  attachments: Attachment[];
  changed_form: boolean;
  gone: { name: string; label: string; value: string }[];
}

export interface Request {
  id: string;
  session: string;
  service: ServiceName;
  fields: Record<string, string>;
  citizen: Partial<Record<CitizenField, string>>;
  queued_at: string;
  state: WayState;
  agency_reference?: string;
  answer?: string;
  note?: string;
  status?: string;
  conflicts: Record<string, string[]>;
  withdrawn: { at: string; reason: string } | null;
  attachments: RequestAttachment[];
  history: { at: string; what: string }[];
  changed_form: boolean;
  version: string;
}

export interface ReceiptLine {
  service: string;
  name: string;
  qty: number;
  cents: number;
}

export interface Receipt {
  id: string;
  number: number;
  series: string;
  at: string;
  lines: ReceiptLine[];
  total_cents: number;
  state: "reserved" | "sent" | "confirmed" | "uncertain" | "spoiled";
  prints: number;
  short_code: string;
  qr: string;
  provisional: boolean;
}

export const outcomes = ["resolved", "queued", "referred", "abandoned", "information"] as const;
export type Outcome = (typeof outcomes)[number];

export interface Session {
  id: string;
  draft: boolean;
  opened_at: string;
  place: Place;
  channel: string;
  language: string;
  mediator: string;
  privacy: { version: string; explained: boolean; accepted: boolean } | null;
  step: Step;
  citizen: Partial<Record<CitizenField, string>> & { checks: Partial<Record<CitizenField, Mark>> };
  drafts: Draft[];
  requests: Request[];
  receipts: Receipt[];
  closed: { at: string; outcome: Outcome; minutes: number; notes: string } | null;
}

export interface Hit {
  code: string;
  name: string;
  agency: string;
  agency_short: string;
  fee_cents: number;
  typical_days: number;
  summary: string;
  needs: string[];
  marks: [number, number][];
}

export interface Catalogue {
  version: string;
  agencies: { code: string; name: string; short: string; count: number }[];
  occasions: { id: string; name: string; count: number }[];
}

export type FieldType =
  | "text"
  | "longtext"
  | "date"
  | "number"
  | "money"
  | "choice"
  | "yesno"
  | "niss"
  | "iban"
  | "nif"
  | "plate"
  | "email"
  | "phone"
  | "postal_address"
  | "parish"
  | "municipality";

export interface FormField {
  name: string;
  type: FieldType;
  label: string;
  hint: string;
  required: boolean;
  max_length: number;
  pattern?: string | null;
  check?: string | null;
  choices?: { value: string; label: string }[] | null;
  open?: boolean | null;
  personal?: boolean;
  sensitive?: string | null;
  min?: number | null;
  max?: number | null;
}

export interface Service extends ServiceName {
  summary: string;
  agency: string;
  typical_days: number;
  needs: string[];
  version: string;
  fields: FormField[];
}

export interface DayRequest {
  id: string;
  session: string;
  service: string;
  agency_short: string;
  at: string;
  state: WayState;
  detail?: string;
  initials: string;
}

export interface DaySession {
  id: string;
  opened_at: string;
  closed_at: string | null;
  initials: string;
  place: string;
  requests: number;
  receipts: number;
  open: boolean;
}

export interface Reconciliation {
  text_parts: { from: number; to: number; accepted: number; quarantined: number; awaited: number };
  at: string;
}

export interface Day {
  date: string;
  lead: { requests: number; only_here: number; need_you: number };
  sessions: DaySession[];
  requests: DayRequest[];
  waiting: number;
  failed: { id?: string; session?: string; seq?: number; code: string; what_to_do: string }[];
  unfinished: { what: ScrapPlace; of?: string; name?: string }[];
  reconciliation: Reconciliation | null;
  receipts: { first: number | null; last: number | null; count: number; total_cents: number };
}

export interface Told {
  request: string;
  service: string;
  agency_short: string;
  state: WayState;
  answer?: string;
  name: string;
  phone: string;
  at: string;
  told: boolean;
}

export interface Conflict {
  request: string;
  service: string;
  path: string;
  label: string;
  values: string[];
  initials: string;
}

// Who sleeps, or wants nothing today, is to come back to.
export type Rest = "asleep" | "not_today";
export interface Planned {
  room: string;
  name: string;
  note: string;
}
export interface Resident extends Planned {
  session: string | null;
  state: "todo" | "open" | "done" | Rest;
  open: { what: string; service?: string }[];
}

export interface Visit {
  home: string;
  residents: Resident[];
}

export type PaperFormat = "a4" | "a5" | "large" | "58" | "80";

export interface Printer {
  name: string;
  kind: "pdf" | "cups" | "escpos";
  formats: PaperFormat[];
  state: "ready" | "off" | "paper" | "unknown";
}

export const standards = [
  "waiting_time",
  "courtesy",
  "accuracy",
  "accessibility",
  "privacy",
  "equipment",
] as const;
export type Standard = (typeof standards)[number];

// A text that the pages have in every language.
export interface Said {
  key: string;
  params?: Record<string, string | number>;
}

export type CitizenScreen =
  | "idle"
  | "privacy"
  | "citizen"
  | "search"
  | "form"
  | "recorded"
  | "receipt"
  | "closed"
  | "hidden";

export interface CitizenView {
  hidden: boolean;
  type: "normal" | "large";
  contrast: "normal" | "high";
  language: Language;
  step?: { number: number; of: number };
  screen: CitizenScreen;
  title: Said;
  why?: Said;
  who_sees?: Said;
  // `ok` is false where all digits are there and the check digit does not fit.
  value?: { label: Said; text: string; ok?: false };
  said: { label: Said; text: string }[];
  way?: WayState;
  receipt?: { number: number; short_code: string };
  help?: { phone: string; hours?: Said };
}

export interface Changed {
  what: "session" | "day" | "request" | "print" | "citizen";
  id?: string;
}
