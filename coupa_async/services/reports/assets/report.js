// The page, from its data.
const data = JSON.parse(document.getElementById("data").textContent);
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
  const more = count > shown.length ? [el("li", {}, `and ${whole.format(count - shown.length)} more`)] : [];
  return el("details", { class: "bad-rows" },
    el("summary", {}, `${counted(count, "row")} of the spreadsheet ${count === 1 ? "names" : "name"} no order`),
    el("p", {}, "They are counted nowhere else. Correct those that should be orders, and run it again."),
    el("ul", {}, shown.map(([row, reason]) => el("li", {}, `Row ${row}: ${reason}`)), more));
}

function head() {
  const { standing } = data, counts = standing.outcomes, total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const bad = Object.keys(counts).filter((one) => counts[one] && !GOOD.has(one) && one !== "PENDING");
  const look = bad.reduce((sum, one) => sum + counts[one], 0), pending = counts.PENDING ?? 0;
  const verdict = el("p", { class: "verdict" });
  if (look) {
    const show = el("button", { type: "button" }, "Show them");
    show.addEventListener("click", () => table.look(bad));
    verdict.append(`${whole.format(look)} of ${whole.format(total)} orders need${look === 1 ? "s" : ""} a look.`, show, " ");
  } else verdict.append(total > pending ? "Every order processed went well. " : "No order was processed. ");
  if (pending) {
    verdict.append(`${whole.format(pending)} ${pending === 1 ? "is" : "are"} still to do: coupa-async retry, with this folder.`);
  }
  if (standing.others) verdict.append(` ${counted(standing.others, "order")} of other spreadsheets ${standing.others === 1 ? "is" : "are"} in the table as well.`);
  const tiles = [["Orders", whole.format(total)], ["Files", whole.format(standing.files)], ["Size", bytes(standing.bytes)],
    ["Latest run", span(standing.seconds)], ["Restarts in it", whole.format(standing.restarts)],
    ["Last processed", standing.last_processed ? moment(standing.last_processed).slice(5, 16) : "never"]];
  by("head").append(el("p", { class: "eyebrow" }, "coupa-async report"), el("h1", {}, data.folder), verdict,
    el("dl", { class: "tiles" }, tiles.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
  if (data.bad_rows.count) by("head").append(badRows(data.bad_rows));
  by("foot").append(`Made ${moment(data.made_at)} by coupa-async. This page asks no server for anything; times are of the machine that ran it.`);
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
    run.orders.length ? throughput(run.orders, times(run), width) : figure("Throughput", "", el("p", { class: "empty" }, "No order was processed in this run.")),
    durations(run.orders, width), health(run, times(run), width));
}

const KINDS = { started: "started", restart: "restart", recycled: "new browser", lost: "tenant out of reach", stopped: "worker stopped", waited: "waited for a person", sign_in: "signed in", draining: "stopping", warning: "note", pace: "pace" };
const LISTED = 200;
function facts(run) {
  const told = run.moments.filter((one) => !["stopped", "pace"].includes(one.kind) || one.detail);
  const story = (one) => [KINDS[one.kind] ?? one.kind, one.worker && ` (${one.worker})`, one.detail && `: ${one.detail}`,
    { started: ` with ${one.value} orders to do`, pace: `, now ${one.value} requests at a time`, sign_in: ` in ${tenth.format(one.value ?? 0)} s`, waited: ` for ${span(one.value ?? 0)}` }[one.kind]].filter(Boolean).join("");
  by("moments").replaceChildren(...told.slice(-LISTED).map((one) => el("li", {}, el("time", {}, clock(one.at, 11, 19)), el("span", {}, story(one)))),
    ...(told.length ? [] : [el("li", {}, "Nothing out of the ordinary.")]));
  const first = [["backend", run.backend], ["lane", run.lane], ["workers", run.workers]];
  const rest = (values) => Object.entries(values).filter(([name]) => !first.some(([known]) => known === name));
  const lines = (values) => values.flatMap(([name, value]) => [el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, said(value))]);
  by("settings").replaceChildren(...lines([...first.filter(([, value]) => value), ...rest(run.settings)]));
  const usual = rest(run.defaults);
  by("defaults").hidden = !usual.length;
  by("defaults").replaceChildren(el("summary", {}, usual.length === 1 ? "1 more, as it is by default" : `${usual.length} more, as they are by default`), el("dl", {}, lines(usual)));
}
const said = (value) => (value === true ? "yes" : value === false ? "no" : String(value));

function show(run) {
  charts(run);
  facts(run);
}
const latest = runs.findLastIndex((run) => run.orders.length);
let chosen = runs[latest < 0 ? runs.length - 1 : latest];
for (const [index, run] of runs.entries()) {
  by("run").append(el("option", { value: index, selected: run === chosen },
    `${moment(run.started_at)}, ${whole.format(run.orders.length)} orders${run.ended_at ? "" : ", not ended"}`));
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
