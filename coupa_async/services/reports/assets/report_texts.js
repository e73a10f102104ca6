// The page's data, and its texts: English in the source, in the page's language by the dictionary that comes with the data.
const data = JSON.parse(document.getElementById("data").textContent);
const LANGUAGE = document.documentElement.lang, plural = new Intl.PluralRules(LANGUAGE);
const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
const _ = (text, values = {}) => filled(data.texts[text] ?? text, values);
function ngettext(one, several, number, values = {}) {
  const [first, rest] = data.texts[one] ?? [one, several];
  return filled(plural.select(number) === "one" ? first : rest, { num: whole.format(number), ...values });
}

const whole = new Intl.NumberFormat(LANGUAGE);
const tenth = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const shares = new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const sizes = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });
const collator = new Intl.Collator(LANGUAGE, { numeric: true, sensitivity: "base" });
const [GROUP, POINT] = ["group", "decimal"].map((type) => whole.formatToParts(1234567).concat(tenth.formatToParts(0.5)).find((part) => part.type === type).value);

const seconds = (value) => `${value < 10 ? tenth.format(value) : whole.format(Math.round(value))} s`;
const when = (text) => Date.parse(text.slice(0, 23) + "Z");  // local times, compared with each other alone
const time = (at, length) => new Date(at).toISOString().slice(11, 11 + length);
const orderCount = (count) => ngettext("%(num)s order", "%(num)s orders", count);
function day(text, hasYear = true) {
  const [year, month, day] = text.slice(0, 10).split("-");
  return hasYear ? _("%(year)s-%(month)s-%(day)s", { year, month, day }) : _("%(month)s-%(day)s", { month, day });
}
const moment = (text, { hasYear = true, length = 5 } = {}) => `${day(text, hasYear)} ${text.slice(11, 11 + length)}`;
const second = (at) => moment(new Date(at).toISOString(), { length: 8 });

function bytes(count) {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (count >= size) return `${sizes.format(count / size)} ${unit}`;
  }
  return `${count} B`;
}
function span(length) {
  const total = Math.round(length);
  const parts = [[Math.floor(total / 3600), "h"], [Math.floor(total / 60) % 60, "min"], [total % 60, "s"]];
  const first = parts.findIndex(([value]) => value > 0);
  return first < 0 ? "0 s" : parts.slice(first, first + 2).map(([value, unit]) => `${value} ${unit}`).join(" ");
}
function percent(part, total) {
  const share = (100 * part) / (total || 1);
  return share === 0 || share === 100 ? `${share} %` : `${shares.format(Math.min(Math.max(share, 0.1), 99.9))} %`;
}
// Digits stay as they were read: a number of a script would round the long ones.
function grouped(text) {
  const [digits, part] = text.split(".");
  return digits.replace(/\B(?=([0-9]{3})+$)/g, GROUP) + (part === undefined ? "" : POINT + part);
}
const OUTCOMES = {
  COMPLETED: _("Completed"), NO_ATTACHMENTS: _("No attachments"), PARTIAL: _("Partial"), FAILED: _("Failed"), TIMEOUT: _("Timed out"),
  PO_NOT_FOUND: _("Not found"), PENDING: _("Pending"),
};
const GROUPS = { status: _("status"), currency: _("currency"), supplier: _("supplier"), "company code": _("company code") };
