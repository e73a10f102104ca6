// The page, from its data.
const by = (id) => document.getElementById(id);

const orders = data.orders.map((row, index) => {
  const [number, outcome, supplier, found, files, failed, time, attempts, processed, folder, url, requisition, snapshot, error, values = []] = row;
  const names = [...files, ...failed].map(([name]) => name);
  return { index, number, outcome, supplier, found, files, failed, seconds: time, attempts, processed, folder, url, requisition, snapshot,
    error, data: values, at: when(processed), bytes: files.reduce((sum, [, size]) => sum + size, 0),
    text: [number, supplier, OUTCOMES[outcome], outcome, error, ...values, ...names].join("\n").toLowerCase() };
});
dataColumns(data.fields);
const table = new Table(orders);
amounts(data.amounts);
exporter(table, data.fields, data.folder);

function badRows({ count, shown }) {
  const more = count > shown.length ? [el("li", {}, _("and %(num)s more", { num: whole.format(count - shown.length) }))] : [];
  const named = ngettext("%(num)s row of the spreadsheet names no order", "%(num)s rows of the spreadsheet name no order", count);
  return el("details", { class: "bad-rows" }, el("summary", {}, named),
    el("p", {}, _("They are counted nowhere else. Correct those that should be orders, and run it again.")),
    el("ul", {}, shown.map(([row, reason]) => el("li", {}, `${_("Row %(row)s", { row })}: ${reason}`)), more));
}

function verdict(counts, total, others) {
  const bad = Object.keys(counts).filter((one) => counts[one] && !GOOD.has(one) && one !== "PENDING");
  const look = bad.reduce((sum, one) => sum + counts[one], 0), pending = counts.PENDING ?? 0;
  const told = el("p", { class: "verdict" });
  if (look) {
    const show = el("button", { type: "button" }, _("Show them"));
    show.addEventListener("click", () => table.look(bad));
    told.append(ngettext("%(num)s of %(total)s orders needs a look.", "%(num)s of %(total)s orders need a look.", look, { total: whole.format(total) }), show, " ");
  } else told.append(total > pending ? _("Every order processed went well.") : _("No order was processed."), " ");
  if (pending) {
    told.append(ngettext("%(num)s is still to do: coupa-async retry, with this folder.", "%(num)s are still to do: coupa-async retry, with this folder.", pending));
  }
  if (others) {
    told.append(" ", ngettext("%(num)s order of other spreadsheets is in the table as well.", "%(num)s orders of other spreadsheets are in the table as well.", others));
  }
  return told;
}

function head() {
  const { standing } = data, counts = standing.outcomes, total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const last = standing.last_processed ? moment(standing.last_processed, { hasYear: false }) : _("never");
  const tiles = [[_("Orders"), whole.format(total)], [_("Files"), whole.format(standing.files)], [_("Size"), bytes(standing.bytes)],
    [_("Latest run"), span(standing.seconds)], [_("Restarts in it"), whole.format(standing.restarts)], [_("Last processed"), last]];
  by("head").append(el("p", { class: "eyebrow" }, _("coupa-async report")), el("h1", {}, data.folder), verdict(counts, total, standing.others),
    el("dl", { class: "tiles" }, tiles.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
  if (data.bad_rows.count) by("head").append(badRows(data.bad_rows));
  by("foot").append(_("Made %(moment)s by coupa-async. This page asks no server for anything; times are of the machine that ran it.",
    { moment: moment(data.made_at, { length: 8 }) }));
}

const runs = data.runs.map((run, index) => {
  const start = when(run.started_at), next = data.runs[index + 1];
  const until = run.ended_at ? when(run.ended_at) : next ? when(next.started_at) : Infinity;
  const timed = (list) => list.map((one) => ({ ...one, at: when(one.at) }));
  // The journal knows whole seconds, the history thousandths.
  const own = orders.filter((one) => one.at >= Math.floor(start / 1000) * 1000 && one.at <= until);
  return { ...run, start, orders: own, memory: timed(run.memory), moments: timed(run.moments) };
});
function times(run) {
  const seen = [...run.orders, ...run.memory, ...run.moments].reduce((last, one) => Math.max(last, one.at), run.start);
  return [Math.floor(run.start / 1000) * 1000, Math.max(run.ended_at ? when(run.ended_at) : seen, run.start + 1000)];
}

function charts(run) {
  const width = Math.max(300, by("charts").clientWidth > 920 ? by("charts").clientWidth / 2 - 50 : by("charts").clientWidth - 40);
  by("charts").replaceChildren(donut(data.standing.outcomes),
    run.orders.length ? throughput(run.orders, times(run), width) : figure(_("Throughput"), "", el("p", { class: "empty" }, _("No order was processed in this run."))),
    durations(run.orders, width), health(run, times(run), width));
}

const KINDS = {
  started: _("started"), restart: _("restart"), recycled: _("new browser"), lost: _("tenant out of reach"), stopped: _("worker stopped"),
  waited: _("waited for a person"), sign_in: _("sign-in"), draining: _("stopping"), warning: _("note"), pace: "",
};
const AMOUNTS = {
  started: (value) => ngettext("with %(num)s order to do", "with %(num)s orders to do", value), waited: (value) => _("for %(span)s", { span: span(value) }),
  pace: (value) => _("pace: now %(num)s requests at a time", { num: value }), sign_in: (value) => _("in %(span)s", { span: `${tenth.format(value)} s` }),
};
const LISTED = 200;
function story(one) {
  const what = [KINDS[one.kind] ?? one.kind, one.worker && `(${one.worker})`, AMOUNTS[one.kind]?.(one.value ?? 0)].filter(Boolean).join(" ");
  return one.detail ? `${what}: ${one.detail}` : what;
}
function moments(run) {
  const told = run.moments.filter((one) => !["stopped", "pace"].includes(one.kind) || one.detail);
  by("moments").replaceChildren(...told.slice(-LISTED).map((one) => el("li", {}, el("time", {}, time(one.at, 8)), el("span", {}, story(one)))),
    ...(told.length ? [] : [el("li", {}, _("Nothing out of the ordinary."))]));
}
const said = (value) => (value === true ? _("yes") : value === false ? _("no") : String(value));
function settings(run) {
  const first = [["backend", run.backend], ["lane", run.lane], ["workers", run.workers]];
  const rest = (values) => Object.entries(values).filter(([name]) => !first.some(([known]) => known === name));
  const lines = (values) => values.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, said(value))]);
  by("settings").replaceChildren(...lines([...first.filter(([, value]) => value), ...rest(run.settings)]));
  const usual = rest(run.defaults);
  by("defaults").hidden = !usual.length;
  by("defaults").replaceChildren(el("summary", {}, ngettext("%(num)s more is as it is by default", "%(num)s more are as they are by default", usual.length)),
    el("dl", {}, lines(usual)));
}

function show(run) {
  charts(run);
  moments(run);
  settings(run);
}
const latest = runs.findLastIndex((run) => run.orders.length);
let chosen = runs[latest < 0 ? runs.length - 1 : latest];
for (const [index, run] of runs.entries()) {
  by("run").append(el("option", { value: index, selected: run === chosen },
    `${moment(run.started_at, { length: 8 })}, ${orderCount(run.orders.length)}${run.ended_at ? "" : `, ${_("not ended")}`}`));
}
by("run-choice").hidden = runs.length < 2;
by("run").addEventListener("change", () => show((chosen = runs[by("run").value])));
head();
show(chosen);
let drawn = by("charts").clientWidth;
new ResizeObserver(() => {
  if (matchMedia("print").matches || by("charts").clientWidth === drawn) return;
  drawn = by("charts").clientWidth;
  charts(chosen);
}).observe(by("charts"));
